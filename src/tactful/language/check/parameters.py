"""Parameters whose values vary: from day to day, or with a case that states its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tactful.facts.dates import parse_date
from tactful.facts.kinds import DateKind, DayTimeKind, DurationKind, Kind, LengthKind, NumberKind, TextKind
from tactful.facts.parameters import Adjustable
from tactful.language.ir import (
    Branch,
    Choose,
    Constant,
    DateBetween,
    Dated,
    Derived,
    Expression,
    Field,
    Pick,
    Read,
    Test,
)
from tactful.language.names import Report
from tactful.language.phrases.meaning import literal_kind, literal_value
from tactful.language.terms import Name, Parameter
from tactful.source.codes.pack import BadSetting

_TODAY = Field("candidate", (), "clock", "date", DateKind(), "candidate.date")


def parameter_kind(parameter: Parameter) -> Kind:
    """The kind of a parameter's values and bounds."""
    texts = [*parameter.value, *(dated.value for dated in parameter.dated), *(parameter.adjustable or ())]
    return literal_kind(tuple(text.text for text in texts)) or TextKind()


def varying(parameters: Mapping[str, Parameter]) -> Iterator[Parameter]:
    """The parameters whose values vary."""
    return (parameter for parameter in parameters.values() if parameter.varies)


def dated_values(parameter: Parameter) -> tuple[Dated, ...]:
    """The values of a dated parameter as written, by the day on which they come into force."""
    return tuple(Dated(_ordinal(dated.day), dated.value.text) for dated in parameter.dated)


def fact_of(parameter: Parameter) -> Derived:
    """The fact that stands for a varying parameter: the value that counts for a candidate."""
    name, kind = f"${parameter.name.text}", parameter_kind(parameter)
    value = _dated(parameter, kind)
    if parameter.adjustable is not None:
        value = Pick(
            "first", (Read(Field("candidate", (), "custom", name, kind, f"parameters.{parameter.name.text}")), value)
        )
    return Derived(f"candidate.{name}", "candidate", kind, value, parameter.about, "")


def _dated(parameter: Parameter, kind: Kind) -> Expression:
    """The value in force today. Before the first day, the first value is in force."""
    if not parameter.dated:
        return _constant(parameter.value[0], kind) if parameter.value else Constant("")
    branches = [
        Branch(_before(after.day), _constant(dated.value, kind), dated.value.span)
        for dated, after in zip(parameter.dated, parameter.dated[1:], strict=False)
    ]
    last = _constant(parameter.dated[-1].value, kind)
    return Choose(tuple(branches), last) if branches else last


def _before(day: Name) -> Test:
    return Test(_TODAY, (DateBetween(None, _ordinal(day) - 1),), False, f"before {day.text}", day.span, in_force=True)


def _ordinal(day: Name) -> int:
    ordinal = parse_date(day.text)
    assert ordinal is not None  # the reader of packs takes only dates
    return ordinal


def _constant(text: Name, kind: Kind) -> Constant:
    value = literal_value(text.text, kind)
    assert value is not None  # the kind is that of all values
    return Constant(value)


def check_adjustable(parameters: Mapping[str, Parameter], report: Report) -> tuple[Adjustable, ...]:
    """The parameters that cases may state, with their bounds; mistakes are reported."""
    adjustable = []
    for parameter in varying(parameters):
        if parameter.adjustable is not None:
            checked = _adjustable(parameter, parameter.adjustable, report)
            if checked is not None:
                adjustable.append(checked)
    return tuple(adjustable)


def _adjustable(parameter: Parameter, bounds: tuple[Name, Name], report: Report) -> Adjustable | None:
    name, kind = parameter.name.text, parameter_kind(parameter)
    if parameter.is_list or not isinstance(kind, NumberKind | DurationKind | LengthKind | DayTimeKind):
        message = f"`{name}` is adjustable, so its value and its bounds have to be of one kind"
        report(BadSetting.at(bounds[0].span, message, "write numbers, lengths of time or times of day"))
        return None
    low, high = (_number(bound, kind) for bound in bounds)
    values = [_number(text, kind) for text in (*parameter.value, *(dated.value for dated in parameter.dated))]
    in_business_days = isinstance(kind, LengthKind) and low < 0
    adjustable = Adjustable(
        name, kind, min(low, high), max(low, high), f"{bounds[0].text} to {bounds[1].text}", parameter.about
    )
    if isinstance(kind, LengthKind) and len({value < 0 for value in (low, high, *values)}) > 1:
        message = f"`{name}` and its bounds mix business days with elapsed time"
        report(BadSetting.at(bounds[0].span, message, "write all of them in business days, or none"))
    elif (low < high if in_business_days else low > high) or not all(map(adjustable.takes, values)):
        message = f"`{name}` lies outside of its own bounds, `{bounds[0].text}` to `{bounds[1].text}`"
        report(BadSetting.at(bounds[0].span, message, "write the smaller bound first, and bounds around the value"))
    else:
        return adjustable
    return None


def _number(text: Name, kind: Kind) -> int | float:
    value = literal_value(text.text, kind)
    assert isinstance(value, int | float)  # the kind is that of all values
    return value
