"""What an overlay does without saying so: conditions dropped, ids taken twice, and changes that differ between packs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from tactful.language.load.edits import Content, Edit, History, content_of
from tactful.language.load.files import Layer
from tactful.language.load.items import Entries, Item
from tactful.language.load.safeguards import narrowed, other_action, other_advice, other_claim
from tactful.source.codes.lint import Unsourced
from tactful.source.codes.overlays import DropsConditions, OverlaysDiffer, SameId
from tactful.source.diagnostics import Diagnostic
from tactful.source.nodes import Mapping, Node, Scalar
from tactful.source.nodes import Sequence as SequenceNode

#: The most conditions that a message names.
_NAMED: Final = 5
#: The keys with which an entry is a whole rule or invariant, and no change of one.
_BODY: Final = {"rules": ("about", "for each", "then"), "invariants": ("about", "for each")}
#: Keys of a patch that do not stand in the way of those of another.
_ADDING: Final = ("and when", "and unless", "replaces")


def patch_warnings(section: str, item: Item, entries: Entries) -> Iterator[Diagnostic]:
    """What a patch of an entry, without ``replaces: yes``, does that its author may not have meant."""
    clash = _clash(section, item, entries)
    if clash is not None:
        yield clash
        return
    match section:
        case "rules":
            yield from _dropped(item, entries)
            yield from narrowed(item, entries)
            yield from other_advice(item, entries)
            yield from _emptied(item, entries)
        case "facts":
            yield from _dropped(item, entries)
        case "tables":
            yield from _dropped_rows(item, entries)
        case "invariants":
            yield from other_claim(item, entries)
        case "actions":
            yield from other_action(item, entries)


def _emptied(item: Item, entries: Entries) -> Iterator[Diagnostic]:
    """The reason and the source of a rule of the base that a patch takes away."""
    for key in ("because", "source"):
        node = entries[key][1] if key in entries else None
        if isinstance(node, Scalar) and not node.text.strip():
            message = f"`{item.id.text}` has no `{key}`"
            yield Unsourced.at(entries[key][0].span, message, "leave the key out to keep that of the packs below")


def _dropped_rows(item: Item, entries: Entries) -> Iterator[Diagnostic]:
    """The rows of a table of the base that a new table with the same columns does not have."""
    if any(key not in keys for key in ("by", "rows") for keys in (item.entries, entries)):
        return
    if content_of(item.entries["by"][1]) != content_of(entries["by"][1]):
        return
    tables = item.entries["rows"][1], entries["rows"][1]
    old, new = (node.items if isinstance(node, SequenceNode) else () for node in tables)
    kept = {content_of(row) for row in new}
    dropped = [f"`{_shown(row)}`" for row in old if content_of(row) not in kept]
    if dropped:
        message = f"the new `rows` of `{item.id.text}` drop {_listed(dropped)}"
        help_ = "keep them, or write `replaces: yes` if you mean to drop them"
        yield DropsConditions.at(entries["rows"][0].span, message, help_)


def _clash(section: str, item: Item, entries: Entries) -> Diagnostic | None:
    """Two rules or invariants that have an id in common by accident, as it seems."""
    body = _BODY.get(section)
    if body is None or not all(key in entries and key in item.entries for key in body):
        return None
    if content_of(entries["about"][1]) == content_of(item.entries["about"][1]):
        return None
    place = f"{item.id.span.file}:{item.id.span.line}"
    return SameId.at(
        entries["about"][0].span,
        f"`{item.id.text}` is a whole definition with an `about` of its own, and the packs below have another at {place}",
        "give it an id of its own, or write `replaces: yes` if it takes the place of the other",
    )


def _dropped(item: Item, entries: Entries) -> Iterator[Diagnostic]:
    """The conditions of the base that a new ``when`` or ``unless`` of a patch does not have."""
    if "when" not in item.entries:
        return
    keys: tuple[Literal["when", "unless"], ...] = ("when", "unless")
    for key in keys:
        if key not in entries:
            continue
        kept = _conditions(key, [entries[key][1]])
        nodes = [node for name, (_, node) in item.entries.items() if name == key]
        nodes += [node for name, node in item.added if name.text == f"and {key}"]
        dropped = [shown for content, shown in _conditions(key, nodes).items() if content not in kept]
        if dropped:
            yield DropsConditions.at(
                entries[key][0].span,
                f"the new `{key}` of `{item.id.text}` drops {_listed(dropped)}",
                f"write `and {key}:` to add to what the packs below say, or `replaces: yes` if you mean to drop them",
            )


def _conditions(key: Literal["when", "unless"], nodes: Sequence[Node]) -> dict[Content, str]:
    """The conditions under a key, in words: each line of ``when``, and each exception under ``unless``."""
    parts = [part for node in nodes for part in (node.items if isinstance(node, SequenceNode) else (node,))]
    if key == "unless":
        return {content_of(part): f"`{_shown(part)}`" for part in parts}
    lines = [line for part in parts if isinstance(part, Mapping) for line in part.entries]
    return {(name.text, content_of(value)): f"`{name.text}: {_shown(value)}`" for name, value in lines}


def _listed(shown: list[str]) -> str:
    more = f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else ""
    return ", ".join(shown[:_NAMED]) + more


def differences(history: History, layers: Sequence[Layer]) -> Iterator[Diagnostic]:
    """The keys of entries that two packs change differently, if neither of the two builds on the other.

    Only packs that the caller's own packs bring together are compared, and a pack that builds on both of them settles it.
    """
    for (_, id_), edits in history.items():
        if len(edits) < 2:
            continue
        changes = [edit for edit in edits if not edit.new]
        if any("off" in edit.keys for edit in changes):
            yield from _switched_off(id_, changes, layers)
        else:
            for key in dict.fromkeys(key for edit in changes for key in edit.keys if key not in _ADDING):
                yield from _different_values(id_, key, [edit for edit in changes if key in edit.keys], layers)


def _side_by_side(first: Edit, second: Edit, layers: Sequence[Layer]) -> bool:
    pair = {first.layer, second.layer}
    return not any(pair <= layer.stack for no, layer in enumerate(layers) if not layer.named or no in pair)


def _switched_off(id_: str, changes: list[Edit], layers: Sequence[Layer]) -> Iterator[Diagnostic]:
    off = [edit for edit in changes if "off" in edit.keys][-1]
    for other in changes:
        if "off" not in other.keys and _side_by_side(off, other, layers):
            message = f"`{id_}` is switched off at {off.place}, and changed at {other.place}"
            later = max(off, other, key=lambda edit: edit.layer)
            yield OverlaysDiffer.at(later.id, message, "it stays off; leave one of the two out")


def _different_values(id_: str, key: str, changes: list[Edit], layers: Sequence[Layer]) -> Iterator[Diagnostic]:
    """The last of some changes of a key counts; the others are told if they differ and nothing else settles it."""
    last = changes[-1]
    for other in changes[:-1]:
        if other.content(key) != last.content(key) and _side_by_side(other, last, layers):
            what = f"`{id_}`" if key in ("value", "type") else f"`{key}` of `{id_}`"
            place = f"{other.place_of(key).file}:{other.place_of(key).line}"
            message = f"{what} is changed here, and to another value at {place}; the change here counts"
            yield OverlaysDiffer.at(
                last.place_of(key), message, "leave out one of the two, or make the change in a pack on top of both"
            )


def _shown(node: Node) -> str:
    """A condition or a phrase on one line."""
    match node:
        case Scalar(text=text):
            return " ".join(text.split())
        case Mapping(entries=entries):
            return ", ".join(f"{key.text}: {_shown(value)}" for key, value in entries)
        case SequenceNode(items=items):
            return f"[{', '.join(_shown(item) for item in items)}]"
