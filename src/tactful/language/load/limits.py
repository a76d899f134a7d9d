"""Merge the section ``safety``: what packs that are laid over others may add to it, and what they may only tighten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tactful.facts.kinds import parse_number
from tactful.language.load.edits import content_of
from tactful.language.load.items import Entries
from tactful.source.codes.pack import SafetyChanged, WrongShape
from tactful.source.diagnostics import Diagnostic, Span
from tactful.source.nodes import Mapping, Node, Scalar, Sequence

Report = Callable[[Diagnostic], None]

CHANNELS: Final = "channels"
QUIET: Final = "quiet channels"
A_WEEK: Final = "messages a week"
_SWITCH_OFF: Final = "leave it out, or switch the invariant off: `{}: {{off: yes, because: …}}`"


def merge_limits(below: Entries, entries: Entries, report: Report) -> None:
    """Merge the entries of a pack's section ``safety`` into those of the packs below it, which they may tighten."""
    if CHANNELS in entries:
        _channels(below, entries[CHANNELS], report)
    if QUIET in entries:
        _quiet(below, entries[QUIET], report)
    if A_WEEK in entries:
        _a_week(below, entries[A_WEEK], report)


def _channels(below: Entries, entry: tuple[Scalar, Node], report: Report) -> None:
    """The families of channels. A pack may add channels, and not change those of the packs below."""
    key, channels = entry
    if not isinstance(channels, Mapping):
        help_ = "such as `channels: {phone: call, any: contact}`"
        report(WrongShape.at(channels.span, "`channels` is a mapping from channels to families", help_))
        return
    stated = below[CHANNELS][1] if CHANNELS in below else None
    known = {name.text: (name, families) for name, families in stated.entries} if isinstance(stated, Mapping) else {}
    for channel, families in channels.entries:
        first = known.setdefault(channel.text, (channel, families))
        if content_of(first[1]) != content_of(families):
            message = (
                f"the family of actions by `{channel.text}` is stated at {_place(first[0].span)}, and another pack may not "
                "change it"
            )
            report(SafetyChanged.at(channel.span, message, "add channels of your own, or leave it out"))
    below[CHANNELS] = key, Mapping(tuple(known.values()), channels.span)


def _quiet(below: Entries, entry: tuple[Scalar, Node], report: Report) -> None:
    """The channels that nobody minds. A pack may leave some out, and add none to those of the packs below."""
    stated = below.get(QUIET)
    if stated is not None:
        allowed = {item.text for item in _scalars(stated[1])}
        for channel in _scalars(entry[1]):
            if channel.text not in allowed:
                message = (
                    f"`{channel.text}` is not one of the quiet channels of {_place(stated[0].span)}, and another pack may add "
                    "none"
                )
                report(SafetyChanged.at(channel.span, message, _SWITCH_OFF.format("asked-channel-kept")))
    below[QUIET] = entry


def _a_week(below: Entries, entry: tuple[Scalar, Node], report: Report) -> None:
    """The most messages a week, which a pack may lower and not raise."""
    key, node = entry
    stated = below.get(A_WEEK)
    before, after = (None if stated is None else _number(stated[1])), _number(node)
    if stated is not None and before is not None and after is not None and after > before:
        message = f"{_place(stated[0].span)} allows {before} messages a week, and another pack may not allow more"
        report(SafetyChanged.at(node.span, message, _SWITCH_OFF.format("messages-a-week-kept")))
    below[A_WEEK] = key, node


def _number(node: Node) -> int | float | None:
    return parse_number(node.text) if isinstance(node, Scalar) else None


def _scalars(node: Node) -> tuple[Scalar, ...]:
    items = node.items if isinstance(node, Sequence) else (node,)
    return tuple(item for item in items if isinstance(item, Scalar) and not item.is_null)


def _place(span: Span) -> str:
    return f"{span.file}:{span.line}"
