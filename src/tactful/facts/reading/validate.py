"""Report every value of a case that does not fit its type, with its place. ``consistency`` checks if facts fit together.

Values are read by the types of ``shape``, so that ``country: NO`` stays a text while ``employed: no`` is a no.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from msgspec import inspect

from tactful.facts.kinds import (
    MOST,
    DayTimeKind,
    Kind,
    ListKind,
    MomentKind,
    NumberKind,
    YesNoKind,
    kind_name,
    parse_number,
    parse_yes_no,
)
from tactful.facts.near import literal_help, moment_help, value_near
from tactful.facts.parameters import Adjustable
from tactful.facts.reading.case_type import case_type
from tactful.facts.reading.custom import Declared
from tactful.facts.reading.moments import parse_date, parse_moment
from tactful.source.codes.case import BadMoment, BadParameter, MissingFact, NotAValue, TooMany, UnknownFact, WrongType
from tactful.source.diagnostics import Code, Diagnostic, Span
from tactful.source.nodes import Mapping, Node, Scalar, Sequence
from tactful.source.suggest import did_you_mean

#: Stands for a value that could not be read, so that the other values are still checked.
WRONG: Final = object()
#: How many parameters are listed in a message.
_SHOWN: Final = 20
#: Text fields that identify a part of the case and therefore cannot be blank; and those that are not for people to read,
#: which only cannot be empty.
_NAMES: Final = ("id", "person")
_CODES: Final = ("system", "uid", "key", "value", "path")
#: How many digits a whole number may have. No plausible count has more.
_DIGITS: Final = 15


class Reader:
    """Reads a tree of nodes according to their types, and collects mistakes and the position of every value."""

    def __init__(self, declared: Declared, max_text: int, text_as_json: bool) -> None:
        self._declared, self._max_text, self._json = declared, max_text, text_as_json
        self.problems: list[Diagnostic] = []
        #: The place of each part in the text, by its path.
        self.spans: dict[str, Span] = {}

    def read(self, node: Node) -> Any:
        """The case as plain data. A part that cannot be read becomes :data:`WRONG`."""
        return self._struct(node, case_type(), "")

    def problem(self, code: type[Code], path: str, message: str, help_: str | None = None) -> None:
        """Note a mistake at a path."""
        self.problems.append(code.at(self.spans.get(path), message, help_, path or None))

    # --- structure ---

    def _struct(self, node: Node, type_: inspect.StructType, path: str) -> Any:
        self.spans[path] = node.span
        if not isinstance(node, Mapping):
            self.problem(WrongType, path, f"{_what(path)} is a mapping from names to values, not {_name(node)}")
            return WRONG
        fields = {field.encode_name: field for field in type_.fields}
        facts: dict[str, Any] = {}
        for key, value in node.entries:
            at = f"{path}.{key.text}" if path else key.text
            if key.text not in fields:
                self.spans[at] = key.span
                help_ = did_you_mean(key.text, fields) or (
                    "parameters belong at the top of the case, next to `candidate`"
                    if key.text == "parameters"
                    else "extra facts belong under `custom`, where the pack declares them"
                )
                self.problem(UnknownFact, at, f"{_what(path)} has no fact `{key.text}`", help_)
                continue
            if key.text == "custom":
                facts["custom"] = self._customs(value, type_.cls.__name__.lower(), at)
            elif key.text == "parameters":
                facts["parameters"] = self._parameters(value, at)
            else:
                facts[key.text] = self._value(value, fields[key.text].type, at)
        for name, field in fields.items():
            if field.required and name not in facts:
                self.problem(MissingFact, path, f"{_what(path)} has no `{name}`", f"write `{name}:`")
        return facts

    def _value(self, node: Node, type_: inspect.Type, path: str) -> Any:
        self.spans[path] = node.span
        if isinstance(type_, inspect.Metadata):
            kind = (type_.extra or {}).get("kind")
            if isinstance(kind, MomentKind) and isinstance(node, Scalar) and not node.is_null:
                return self._deadline(node, path)
            return self._value(node, type_.type, path)
        if isinstance(type_, inspect.UnionType):
            return self._union(node, type_, path)
        match type_:
            case inspect.StructType():
                return self._struct(node, type_, path)
            case inspect.VarTupleType(item_type=item):
                return self._list(node, item, path)
            case _ if not isinstance(node, Scalar):
                self.problem(WrongType, path, f"`{_last(path)}` is a single value, not {_name(node)}")
                return WRONG
            case _ if node.is_null:
                self.problem(MissingFact, path, f"`{_last(path)}` has to be given", "or leave out what it belongs to")
                return WRONG
            case _:
                return self._scalar(node, type_, path)

    def _union(self, node: Node, type_: inspect.UnionType, path: str) -> Any:
        types = [member for member in type_.types if not isinstance(member, inspect.NoneType)]
        if len(types) < len(type_.types) and isinstance(node, Scalar) and node.is_null:
            return None
        struct = next((member for member in types if isinstance(member, inspect.StructType)), None)
        if struct is not None and (len(types) == 1 or isinstance(node, Mapping)):
            return self._struct(node, struct, path)
        return self._value(node, next(member for member in types if member is not struct), path)

    def _list(self, node: Node, item: inspect.Type, path: str) -> Any:
        if not isinstance(node, Sequence):
            if isinstance(node, Scalar) and node.is_null:
                self.problem(WrongType, path, f"`{_last(path)}` is a list, not nothing", "write `[]` or leave it out")
            else:
                self.problem(
                    WrongType, path, f"`{_last(path)}` is a list, not {_name(node)}", "put `- ` before each item"
                )
            return WRONG
        return [self._value(element, item, f"{path}[{no}]") for no, element in enumerate(node.items)]

    # --- single values ---

    def _scalar(self, node: Scalar, type_: inspect.Type, path: str) -> Any:
        match type_:
            case inspect.BoolType():
                return self._yes_no(node, path)
            case inspect.LiteralType(values=values):
                return self._choice(node, tuple(map(str, values)), path)
            case inspect.IntType():
                return self._count(node, path)
            case inspect.DateTimeType():
                return self._moment(node, path)
            case _:
                return self._text(node, path)

    def _yes_no(self, node: Scalar, path: str) -> Any:
        answer = parse_yes_no(node.text) if node.plain else None
        if answer is None:
            self.problem(
                WrongType, path, f"`{_last(path)}` is a yes or a no, not `{_short(node)}`", self._yes_no_help()
            )
            return WRONG
        return answer

    def _count(self, node: Scalar, path: str) -> Any:
        if node.plain and node.text.isascii() and node.text.isdigit() and len(node.text) <= _DIGITS:
            return int(node.text)
        self.problem(WrongType, path, f"`{_last(path)}` is a whole number from 0 on, not `{_short(node)}`")
        return WRONG

    def _yes_no_help(self) -> str:
        return "write `true` or `false`" if self._json else "write `yes` or `no`, or leave it out where it is not known"

    def _choice(self, node: Scalar, values: tuple[str, ...], path: str) -> Any:
        if node.text in values:
            return node.text
        help_ = did_you_mean(node.text, values) or "the values are " + ", ".join(f"`{value}`" for value in values)
        self.problem(NotAValue, path, f"`{_last(path)}` cannot be `{_short(node)}`", help_)
        return WRONG

    def _moment(self, node: Scalar, path: str) -> datetime | object:
        moment = parse_moment(node.text)
        if moment is not None:
            return moment
        if parse_date(node.text) is not None:
            self.problem(BadMoment, path, f"`{_last(path)}` is a day without a time", f"write `{node.text}T16:30`")
        else:
            self._not_a_moment(node, path, day_will_do=False)
        return WRONG

    def _deadline(self, node: Scalar, path: str) -> str | object:
        if parse_date(node.text) is None and parse_moment(node.text) is None:
            self._not_a_moment(node, path, day_will_do=True)
            return WRONG
        return node.text

    def _not_a_moment(self, node: Scalar, path: str, day_will_do: bool) -> None:
        message = f"`{_short(node)}` is not a moment, or its day does not exist"
        self.problem(BadMoment, path, message, moment_help(node.text, day_will_do))

    def _text(self, node: Scalar, path: str) -> Any:
        if self._json and node.plain:
            self.problem(
                WrongType, path, f"`{_last(path)}` is a text, not `{_short(node)}`", "write it in double quotes"
            )
            return WRONG
        field = _last(path)
        if (field in _NAMES and not node.text.strip()) or (field in _CODES and not node.text):
            self.problem(NotAValue, path, f"`{_last(path)}` is empty", "write a short name that nobody else has")
            return WRONG
        return node.text if self._fits(node.text, path) else WRONG

    def _fits(self, text: str, path: str) -> bool:
        """Whether a text is no longer than the limit; reports it where it is."""
        if len(text) <= self._max_text:
            return True
        self.problem(TooMany, path, f"`{_last(path)}` is longer than {self._max_text:,} characters", "shorten it")
        return False

    # --- custom facts ---

    def _customs(self, node: Node, entity: str, path: str) -> Any:
        self.spans[path] = node.span
        if isinstance(node, Scalar) and node.is_null:
            return None
        if not isinstance(node, Mapping):
            self.problem(WrongType, path, f"`custom` is a mapping from names to values, not {_name(node)}")
            return WRONG
        declared = self._declared.custom.get(entity, {})
        facts = {}
        for key, value in node.entries:
            at = f"{path}.{key.text}"
            if key.text in declared:
                facts[key.text] = self._custom_value(value, declared[key.text], at)
            else:
                self.spans[at] = key.span
                help_ = did_you_mean(key.text, declared) or "declare it under `custom_facts` in the pack"
                self.problem(UnknownFact, at, f"the pack declares no custom fact `{key.text}` for {entity}", help_)
        return facts

    # --- parameters ---

    def _parameters(self, node: Node, path: str) -> Any:
        self.spans[path] = node.span
        if isinstance(node, Scalar) and node.is_null:
            return None
        if not isinstance(node, Mapping):
            self.problem(WrongType, path, f"`parameters` is a mapping from names to values, not {_name(node)}")
            return WRONG
        values = {}
        for key, value in node.entries:
            at, parameter = f"{path}.{key.text}", self._declared.parameters.get(key.text)
            if parameter is None:
                self.spans[at] = key.span
                self.problem(BadParameter, at, *self._refused(key.text))
            else:
                values[key.text] = self._parameter(value, parameter, at)
        return values

    def _refused(self, name: str) -> tuple[str, str]:
        """What is wrong with a parameter that cases may not state."""
        adjustable = self._declared.parameters
        if name in self._declared.fixed:
            message = f"cases may not state the parameter `{name}`"
            return message, f"the pack allows it with `adjustable: {{from: …, to: …}}` next to the value of `{name}`"
        known = ", ".join(f"`{other}`" for other in sorted(adjustable)[:_SHOWN])
        help_ = did_you_mean(name, adjustable) or (
            f"cases may state {known}" if known else "the pack has no parameter that cases may state"
        )
        return f"there is no parameter `{name}`", help_

    def _parameter(self, node: Node, parameter: Adjustable, path: str) -> Any:
        self.spans[path] = node.span
        if isinstance(node, Scalar) and node.is_null:
            return None
        value = self._custom_plain(node, parameter.kind)
        if parameter.value_of(value) is None:
            shown = f"`{_short(node)}`" if isinstance(node, Scalar) else _name(node)
            message = f"`{parameter.name}` cannot be {shown}"
            meant = value_near(node.text, parameter.kind) if isinstance(node, Scalar) else None
            help_ = f"write {_article(parameter.kind)}, from {parameter.bounds}"
            if meant is not None and parameter.value_of(meant) is not None:
                help_ = f"did you mean `{meant}`?"
            self.problem(BadParameter, path, message, help_)
            return WRONG
        return value

    def _custom_value(self, node: Node, kind: Kind, path: str) -> Any:
        self.spans[path] = node.span
        if isinstance(node, Scalar) and node.is_null:
            return None
        value = self._custom_plain(node, kind)
        if value is None:
            message = f"`{_last(path)}` is not of its type, {kind_name(kind)}"
            yes_no = self._yes_no_help() if isinstance(kind, YesNoKind) else None
            self.problem(WrongType, path, message, yes_no or _bounds(node, kind) or _custom_help(node, kind))
            return WRONG
        texts = value if isinstance(value, list) else [value] if isinstance(value, str) else []
        return value if all(self._fits(text, path) for text in texts) else WRONG

    def _custom_plain(self, node: Node, kind: Kind) -> Any:
        """The plain value for a kind. Whether the kind allows the value is checked when the case is linked."""
        if isinstance(node, Sequence):
            items = [item.text for item in node.items if isinstance(item, Scalar) and self._is_text(item)]
            fits = isinstance(kind, ListKind) and len(items) == len(node.items)
            return (
                items
                if fits and isinstance(kind, ListKind) and (not kind.values or {*items} <= {*kind.values})
                else None
            )
        if not isinstance(node, Scalar) or isinstance(kind, ListKind):
            return None
        match kind:
            case YesNoKind():
                return parse_yes_no(node.text) if node.plain else None
            case NumberKind():
                return parse_number(node.text) if node.plain else None
            case MomentKind():
                return node.text if parse_date(node.text) or parse_moment(node.text) else None
            case _:
                return node.text if self._is_text(node) else None

    def _is_text(self, node: Scalar) -> bool:
        """Whether a value can be read as text: in JSON that has quotes, in YAML it is anything but nothing."""
        return not node.plain if self._json else not node.is_null


def _what(path: str) -> str:
    return f"`{path}`" if path else "a case"


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _short(node: Scalar) -> str:
    return node.text if len(node.text) <= 60 else node.text[:57] + "…"


def _custom_help(node: Node, kind: Kind) -> str | None:
    """What to write in place of a value that is not of the type of a custom fact."""
    if not isinstance(node, Scalar):
        return None
    match kind:
        case ListKind():
            return f"write it as a list, `[{_short(node)}]`"
        case MomentKind():
            return moment_help(node.text, day_will_do=True)
        case _:
            return literal_help(node.text, kind)


def _bounds(node: Node, kind: Kind) -> str | None:
    """How large a whole number may be, if that is what is wrong with a value."""
    if not isinstance(kind, NumberKind) or not isinstance(node, Scalar) or not node.plain:
        return None
    if not node.text.removeprefix("-").isdecimal():
        return None
    return f"whole numbers go from {-MOST:,} to {MOST:,}; declare the fact as a text if it is a longer id"


def _article(kind: Kind) -> str:
    """What a value of a parameter is, with its article."""
    match kind:
        case NumberKind():
            return "a number"
        case DayTimeKind():
            return "a time of day"
        case _:
            return "a length of time"


def _name(node: Node) -> str:
    match node:
        case Scalar():
            return "nothing" if node.is_null else f"`{_short(node)}`"
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
