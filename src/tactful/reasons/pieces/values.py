"""The values that sentences and conditions need, which compiled code gives all in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tactful.decide.decider import Decider
from tactful.engines.compiled.filled import Filled
from tactful.engines.compiled.past import Turning
from tactful.facts.kinds import Value
from tactful.language.ir import Condition, Field

#: The place of a value that is not among the others.
NOWHERE: Final = -1


class Values:
    """The values for one entity's rows, each with its place."""

    def __init__(self, decider: Decider, entity: str) -> None:
        self._decider, self._entity = decider, entity
        self._parts: list[Field | Condition | None] = []
        self._places: dict[Field, int] = {}

    def function(self) -> Turning:
        """The function that gives all values."""
        turning = self._decider.turning
        assert turning is not None  # engines that do not compile use the plain evaluator
        return turning.values(self._entity, self._parts) if self._parts else _none

    def texts(self, *texts: Filled, others: Sequence[int] = ()) -> Turning:
        """The function that gives texts with the values in them, then the values at some places. It reads all values."""
        turning = self._decider.turning
        assert turning is not None  # as above
        return turning.filled(self._entity, self._parts, texts, others)

    @property
    def places(self) -> Sequence[int]:
        """The places of all values."""
        return range(len(self._parts))

    def place(self, field: Field) -> int:
        """The place of a field's value."""
        return self._places[field] if field in self._places else self._places.setdefault(field, self.add(field))

    def add(self, part: Field | Condition | None) -> int:
        """The place of a value that is added: that of a field, the truth of a condition, or ``None``."""
        self._parts.append(part)
        return len(self._parts) - 1


def _none(_past: object, _row: object) -> Sequence[Value]:
    return ()
