"""The values of fields: for whole tables, and for the rows of a frame."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tactful.columns.columns import NULL, Columns, Flags, Ints, Places, array_type, picked, unknown_of
from tactful.columns.engine import texts
from tactful.columns.engine.business_days import LocalDays
from tactful.columns.engine.frames import Frame, numbers
from tactful.columns.engine.nodes import Ref
from tactful.facts.kinds import BusinessDays, NumberKind
from tactful.language.ir import Shift

Array = npt.NDArray[Any]


class Fields:
    """The fields of a chunk. ``computed`` returns a computed fact for all rows of its entity."""

    def __init__(self, columns: Columns, days: LocalDays, computed: Callable[[str], Array]) -> None:
        self._columns, self._days, self._computed = columns, days, computed
        self._known: dict[tuple[str, str, str], Flags] = {}
        self._ages: dict[tuple[str, str, str], Ints] = {}
        #: Values that are slow to compute: the rows for which they are known so far, and the values.
        self._kept: dict[Hashable, _Kept] = {}
        self._now: dict[str, Ints] = {}
        now = columns.now
        #: The moment to decide for, if it is the same for all.
        self._common_now = int(now[0]) if len(now) and (now == now[0]).all() else None

    def whole(self, ref: Ref) -> Any:
        """A field of all rows of its entity. It must not be the field of a clock."""
        match ref.origin:
            case "given":
                return self._columns.given[ref.entity, ref.key].data
            case "custom":
                return self._columns.custom[ref.entity, ref.key].data
            case _:
                return self._computed(ref.key)

    def at(self, ref: Ref, frame: Frame) -> Any:
        """A field as the rows of a frame see it."""
        if ref.origin == "clock":
            return self._clock(ref, frame)
        rows = frame.rows(ref.path)
        data = self.whole(ref)
        if rows is None:
            return data
        if array_type(ref.kind) is None:
            return texts.take(data, rows)
        return taken(data, rows, unknown_of(ref.kind)) if ref.nullable else picked(data, rows)

    def known(self, ref: Ref, data: Any, frame: Frame) -> Flags:
        """For which rows of a frame a field is known. ``data`` are its values in the frame."""
        if frame.rows(ref.path) is not None or ref.origin == "clock":
            return is_known(data, ref)
        key = (ref.entity, ref.origin, ref.key)
        flags = self._known.get(key)
        if flags is None:
            flags = self._known[key] = is_known(data, ref)
        return flags

    # --- time ---

    def now(self, entity: str, rows: Places | None = None) -> Ints | int:
        """The moments to decide for, for the rows of an entity (seconds since 1970); a single number if all are the same."""
        if self._common_now is not None:
            return self._common_now
        moments = self._now.get(entity)
        if moments is None:
            moments = self._now[entity] = picked(self._columns.now, self._columns.above(entity, "candidate"))
        return moments if rows is None else picked(moments, rows)

    def age(self, ref: Ref, frame: Frame) -> Ints:
        """How many seconds ago a moment was. For an unknown moment, a number less than any length of time."""
        key = (ref.entity, ref.origin, ref.key)
        ages = self._ages.get(key)
        if ages is None:
            # An unknown moment is the least number. Subtracting it wraps round, to a number far below zero.
            ages = self._ages[key] = self.now(ref.entity) - self.whole(ref)
        rows = frame.rows(ref.path)
        if rows is None:
            return ages
        return taken(ages, rows, NULL) if ref.nullable else picked(ages, rows)

    def shifted(self, ref: Ref, shift: Shift, frame: Frame) -> Ints:
        """A moment moved by ``shift``. An unknown moment stays unknown."""
        if isinstance(shift.length, BusinessDays):
            return self._by_business_days(ref, shift.length.count, shift.back, frame)
        moments: Ints = self.at(ref, frame)
        seconds = -shift.length.seconds if shift.back else shift.length.seconds
        return np.where(moments == NULL, NULL, moments + seconds) if seconds else moments

    def _by_business_days(self, ref: Ref, count: int, back: bool, frame: Frame) -> Ints:
        def worked_out(rows: Places) -> tuple[Array]:
            moments = picked(self.whole(ref), rows)
            known = numbers(moments != NULL)
            above = picked(self._columns.above(ref.entity, ref.place), picked(rows, known))
            places = picked(self._columns.places[ref.place], above)
            moments[known] = self._days.shifted(places, picked(moments, known), count, back)
            return (moments,)

        return self._once((ref.entity, ref.origin, ref.key, ref.place, count, back), 0, ref, frame, worked_out)

    def _clock(self, ref: Ref, frame: Frame) -> Array:
        """A field that follows the local clock of each row."""

        def worked_out(rows: Places) -> tuple[Array, Array]:
            now = self.now(ref.entity, rows)
            moments = np.full(len(rows), now, dtype=np.int64) if isinstance(now, int) else now
            return self._days.clocks(picked(self._columns.places[ref.entity], rows), moments)

        return self._once(ref.entity, ref.key == "business_day", ref, frame, worked_out)

    def _once(
        self, key: Hashable, which: int, ref: Ref, frame: Frame, work_out: Callable[[Places], Sequence[Array]]
    ) -> Array:
        """The values of the rows that a frame sees, each computed once: ``which`` selects one of the arrays of ``work_out``."""
        rows = frame.rows(ref.path)
        if rows is None:
            rows = np.arange(frame.size)
        there = rows[rows >= 0] if ref.nullable else rows
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = _Kept(self._columns.sizes[ref.entity])
        new = there[~picked(kept.have, there)] if kept.values else there
        if len(new):
            values = work_out(new)
            kept.add(new, values)
            if new is rows:
                return values[which]
        if not kept.values:
            return np.full(len(rows), unknown_of(ref.kind), dtype=array_type(ref.kind))
        data = kept.values[which]
        return taken(data, rows, unknown_of(ref.kind)) if ref.nullable else picked(data, rows)


class _Kept:
    """Cached values: the rows that have them, and an array of values for each kind."""

    def __init__(self, size: int) -> None:
        self.have = np.zeros(size, dtype=np.bool_)
        self.values: list[Array] = []

    def add(self, rows: Places, arrays: Sequence[Array]) -> None:
        """Keep the values of some rows."""
        if not self.values:
            self.values = [np.zeros(len(self.have), dtype=array.dtype) for array in arrays]
        self.have[rows] = True
        for kept, values in zip(self.values, arrays, strict=True):
            kept[rows] = values


def is_known(data: Any, ref: Ref) -> Flags:
    """Which values are known."""
    if array_type(ref.kind) is None:
        return texts.known(data)
    if data.dtype == np.bool_:
        return np.ones(len(data), dtype=np.bool_)
    if isinstance(ref.kind, NumberKind):
        return np.ones(len(data), dtype=np.bool_) if data.dtype.kind == "i" else ~np.isnan(data)  # counts are known
    known: Flags = data != unknown_of(ref.kind)
    return known


def taken(data: Array, rows: Places, missing: Any) -> Array:
    """``data`` at ``rows``; ``missing`` where the row is -1."""
    if data.dtype == np.bool_:
        data = data.view(np.int8)  # a yes/no that is always known is unknown for a missing row
    elif missing != missing and data.dtype.kind == "i":
        data = data.astype(np.float64)
    return picked(np.append(data, np.array([missing], dtype=data.dtype)), rows)
