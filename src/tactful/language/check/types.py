"""The types that a pack can give to a fact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tactful.facts.kinds import (
    DayTimeKind,
    DurationKind,
    Kind,
    ListKind,
    MomentKind,
    NumberKind,
    TextKind,
    YesNoKind,
)

#: The types of custom facts, beside ``one of`` a list of values.
CUSTOM_TYPES: Final[Mapping[str, Kind]] = {
    "yes/no": YesNoKind(),
    "text": TextKind(),
    "number": NumberKind(),
    "moment": MomentKind(),
    "time of day": DayTimeKind(),
    "duration": DurationKind(),
    "list": ListKind(),
}
TYPE_NAMES: Final = (*CUSTOM_TYPES, "one of")
#: Names that other languages have for these types.
OTHER_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "yes/no": ("boolean", "bool", "yes", "yesno", "yes-no", "flag"),
    "text": ("string", "str", "varchar"),
    "number": ("int", "integer", "float", "decimal", "numeric"),
    "moment": ("date", "datetime", "timestamp", "instant"),
    "time of day": ("time", "clock"),
    "duration": ("length", "timedelta", "period", "interval"),
    "list": ("array", "set", "texts"),
    "one of": ("enum", "choice", "choices", "select"),
}
