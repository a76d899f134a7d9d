"""What is asked about: an action with all its kinds, and the rows that an id names."""

from __future__ import annotations

from collections.abc import Iterator

from tactful.facts.rows import Case, Row
from tactful.language.ir import CheckedPack
from tactful.reasons.records.why import UnknownName
from tactful.source.suggest import did_you_mean


def kinds_of(checked: CheckedPack, action: str) -> frozenset[str]:
    """The action and all that is a kind of it. Raises :class:`UnknownName` where the pack has no such action."""
    if action not in checked.actions:
        help_ = did_you_mean(action, checked.actions) or f"it has {', '.join(sorted(checked.actions)) or 'none'}"
        raise UnknownName(f"the pack has no action `{action}`; {help_}")
    return frozenset(id_ for id_, one in checked.actions.items() if action in one.family)


def rows_named(case: Case, target: str) -> list[Row]:
    """All rows with that id, or with the id after ``application/``. Raises :class:`UnknownName` where there is none."""
    named = list(_names(case))
    found = [row for name, _, row in named if name == target] or [row for _, name, row in named if name == target]
    if not found:
        known = dict.fromkeys(name for name, _, _ in named)
        raise UnknownName(
            f"the case has no `{target}`; {did_you_mean(target, known) or f'it has {_some(list(known))}'}"
        )
    return found


def _names(case: Case) -> Iterator[tuple[str, str, Row]]:
    """Every row that can be asked about, with its id and its id in full. Interviewers are asked about as people."""
    yield case.candidate.id, "", case.candidate
    for family in case.families:
        own = family.application.id
        yield own, "", family.application
        for row in (*family.people, *family.interviews, *family.messages):
            yield row.id, f"{own}/{row.id}", row


def _some(known: list[str]) -> str:
    return ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
