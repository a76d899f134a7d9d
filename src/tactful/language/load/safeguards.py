"""What an overlay takes away from the safeguards of its base: prohibitions, invariants, and what actions mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tactful.language.load.edits import Content, content_of
from tactful.language.load.items import Entries, Item
from tactful.language.load.safety import is_safety
from tactful.source.codes.overlays import LoosensSafeguard, OtherAction
from tactful.source.diagnostics import Diagnostic
from tactful.source.nodes import Mapping, Node, Scalar

_REVIEWED: Final = "have this reviewed, and write `replaces: yes` next to the reason if it is intended"
_ON_PURPOSE: Final = "write your own, or `replaces: yes` if the change is intended"
#: The keys of a patch after which a rule may hold in fewer cases. For a new ``when``, there is a warning about what it
#: drops.
_NARROWING: Final = ("and when", "unless", "and unless", "then", "for each", "from", "until")

#: The words with which a rule advises something, the strongest first.
_ADVISING: Final = ("must", "should", "may")


def off_warnings(section: str, item: Item, entries: Entries | None, place: Scalar) -> Iterator[Diagnostic]:
    """What switching an entry off takes away: an invariant, a safety rule, or a prohibition for which no reason is given.

    ``place``: where that is said.
    """
    reasoned = entries is not None and "because" in entries
    if section == "invariants":
        yield LoosensSafeguard.at(place.span, f"the invariant `{item.id.text}` is no longer checked", _REVIEWED)
    elif is_safety(item):
        yield LoosensSafeguard.at(place.span, f"the safety rule `{item.id.text}` is no longer in force", _REVIEWED)
    elif _forbids(item) is not None and not reasoned:
        message = f"`{item.id.text}`, which forbids `{_forbids(item)}`, is no longer in force"
        yield LoosensSafeguard.at(place.span, message, "say why: `{off: yes, because: …}`")


def general_off(place: Scalar) -> Diagnostic:
    """That an invariant of every pack is switched off, at ``place``."""
    return LoosensSafeguard.at(place.span, f"the invariant `{place.text}` is not checked for this pack", _REVIEWED)


def narrowed(item: Item, entries: Entries) -> Iterator[Diagnostic]:
    """The keys of a patch after which a prohibition of the packs below holds in fewer cases, or forbids something else."""
    forbidden = _forbids(item)
    if forbidden is None:
        return
    for key in _NARROWING:
        if _differs(key, item, entries):
            message = f"`{key}` changes when `{item.id.text}` forbids `{forbidden}`"
            yield LoosensSafeguard.at(entries[key][0].span, message, _ON_PURPOSE)


def other_claim(item: Item, entries: Entries) -> Iterator[Diagnostic]:
    """The keys of a patch of an invariant, which make it claim something else."""
    for key, (name, _) in entries.items():
        if key != "about" and _differs(key, item, entries):
            message = f"`{key}` changes what the invariant `{item.id.text}` claims"
            yield LoosensSafeguard.at(name.span, message, _ON_PURPOSE)


def other_action(item: Item, entries: Entries) -> Iterator[Diagnostic]:
    """The keys of a patch after which an action of the packs below is something else for rules and for those who read it."""
    for key in ("label", "is_a", "kind", "channel", "leaves"):
        if key in item.entries and _differs(key, item, entries):
            message = f"the new `{key}` of `{item.id.text}` changes what rules of the packs below advise"
            help_ = "write an action of your own, or `replaces: yes` if the change is intended"
            yield OtherAction.at(entries[key][0].span, message, help_)


def other_advice(item: Item, entries: Entries) -> Iterator[Diagnostic]:
    """A new conclusion of a rule of the packs below that advises something, unless it advises the same, as strongly or more.

    For a rule that forbids, see :func:`narrowed`.
    """
    if _forbids(item) is not None or "then" not in item.entries or not _differs("then", item, entries):
        return
    before, after = _advised(item.entries["then"][1]), _advised(entries["then"][1])
    if before is None or after is None or before[1] != after[1] or before[0] < after[0]:
        message = f"the new `then` of `{item.id.text}` changes what this rule of the packs below advises"
        help_ = "write a rule of your own, or `replaces: yes` if the change is intended"
        yield OtherAction.at(entries["then"][0].span, message, help_)


def _advised(then: Node) -> tuple[int, Content] | None:
    """How strongly something is advised, the strongest first, and what else the conclusion says; ``None`` for others."""
    entries = then.entries if isinstance(then, Mapping) else ()
    found = [(_ADVISING.index(key.text), content_of(node)) for key, node in entries if key.text in _ADVISING]
    return found[0] if len(found) == len(entries) == 1 else None


def _differs(key: str, item: Item, entries: Entries) -> bool:
    """Whether a patch gives a key that the packs below do not have, or have with another content."""
    if key not in entries:
        return False
    return key not in item.entries or content_of(item.entries[key][1]) != content_of(entries[key][1])


def _forbids(item: Item) -> str | None:
    """The action that a rule forbids; ``None`` for other rules."""
    then = item.entries.get("then")
    if then is None or not isinstance(then[1], Mapping):
        return None
    found = (node for key, node in then[1].entries if key.text in ("must_not", "should_not"))
    return next((node.text.strip() for node in found if isinstance(node, Scalar)), None)
