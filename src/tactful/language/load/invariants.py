"""Read invariants: the rows that they are about, the change, and the claim."""

from __future__ import annotations

from typing import Final

from tactful.language.load.entries import ID, NO_CONDITION, EntryReader
from tactful.language.load.items import Item
from tactful.language.load.keys import NEEDS
from tactful.language.phrases import operand
from tactful.language.syntax import Always, AtMost, Change, Claim, Group, Invariant, Keeps, Never, NoNew, Same
from tactful.language.terms import MODALITIES, Modality, Name
from tactful.source.codes.pack import BadSetting, UnknownKey, WrongShape
from tactful.source.nodes import Mapping, Node, Scalar, Sequence
from tactful.source.suggest import did_you_mean

#: The ways in which the second case may differ from the first.
CHANGES: Final = ("later", "message", "facts", "reordered")
#: Claims about two decisions, which need `after`.
_OF_TWO: Final = ("no new", "keeps", "same")
#: The claim that names facts, and stands for a change of its own.
DEPENDS: Final = "never depends on"


class InvariantReader(EntryReader):
    """Reads invariants."""

    def _invariant(self, item: Item) -> Invariant | None:
        entity, claim = self._required(item, "for each"), self._claim(item)
        change, when = self._change(item), self._when_and_unless(item.entries)
        if entity is None or claim is None:
            return None
        id_ = self._id(item, ID, "never-call-against-preference")
        return Invariant(id_, self._words(item.entries, "about"), entity, when, change, claim)

    def _claim(self, item: Item) -> Claim | None:
        entries = item.entries
        claims = [key for key in NEEDS["invariants"] if key in entries]
        if len(claims) != 1:
            self.report(
                BadSetting.at(
                    item.id.span,
                    f"`{item.id.text}` makes {len(claims)} claims at once",
                    "write an invariant for each claim",
                )
            )
            return None
        key = claims[0]
        node = entries[key][1]
        if key != "at most":
            self._refuse(entries, ("of",), f"an invariant with `{key}`")
        if key in _OF_TWO and "after" not in entries:
            self.report(
                BadSetting.at(entries[key][0].span, f"`{key}` compares two decisions", "say what changes under `after`")
            )
        match key:
            case "never":
                return Never(self._texts(node, key))
            case "no new":
                return NoNew(self._texts(node, key))
            case "always" | "keeps":
                conclusion = self._conclusion_of(key, node)
                if conclusion is None:
                    return None
                return Always(*conclusion) if key == "always" else Keeps(*conclusion)
            case "same":
                return self._same(node)
            case _ if key == DEPENDS:
                self._refuse(entries, ("after",), f"an invariant with `{DEPENDS}`, which changes these facts itself")
                return Same()
            case _:
                count, action = self._number(entries, "at most", 0, 1000), self._required(item, "of")
                return None if count is None or action is None else AtMost(count, action)

    def _conclusion_of(self, key: str, node: Node) -> tuple[Modality, Name] | None:
        if isinstance(node, Mapping) and len(node.entries) == 1:
            word, value = node.entries[0]
            modality = next((modality for modality in MODALITIES if modality == word.text), None)
            action = self._scalar_text(value, key)
            if modality is not None and action is not None:
                return modality, action
        self.report(WrongShape.at(node.span, f"`{key}` takes one conclusion", f"such as `{key}: {{must_not: resign}}`"))
        return None

    def _same(self, node: Node) -> Same | None:
        text = self._scalar_text(node, "same")
        if text is not None and text.text != "advice":
            self.report(BadSetting.at(text.span, f"`same` is `{text.text}`", "write `same: advice`"))
        return Same()

    # --- changes ---

    def _change(self, item: Item) -> Change | None:
        if DEPENDS in item.entries:
            return self._forgotten(item.entries[DEPENDS])
        if "after" not in item.entries:
            return None
        key, node = item.entries["after"]
        if not isinstance(node, Mapping) or not node.entries:
            self.report(WrongShape.at(node.span, "`after` is a mapping", "such as `after: {later: 3 days}`"))
            return None
        entries = {word.text: (word, value) for word, value in node.entries}
        for word in entries:
            if word not in CHANGES:
                help_ = (
                    did_you_mean(word, CHANGES)
                    or "a case can be `later`, `reordered`, have a `message` or other `facts`"
                )
                self.report(UnknownKey.at(entries[word][0].span, f"`{word}` means nothing here", help_))
        later = self._text(entries, "later")
        return Change(
            later=None if later is None else operand(later),
            message=self._condition(entries, "message", "all", NO_CONDITION) if "message" in entries else None,
            facts=self._condition(entries, "facts", "all", NO_CONDITION),
            reordered=self._yes_no(entries, "reordered"),
            span=key.span,
        )

    def _forgotten(self, entry: tuple[Scalar, Node]) -> Change:
        """The change after which facts are unknown. Advice that is then the same for each of their values depends on none."""
        key, node = entry
        named = node.items if isinstance(node, Sequence) else (node,)
        fields = [item for item in named if isinstance(item, Scalar) and not item.is_null]
        if len(fields) < len(named) or not fields:
            help_ = f"such as `{DEPENDS}: [candidate.name, person.name]`"
            self.report(WrongShape.at(node.span, f"`{DEPENDS}` takes a fact or a list of facts", help_))
        lines = tuple(self._phrases(field, Scalar("unknown", True, field.span)) for field in fields)
        return Change(None, None, Group("all", lines), reordered=False, span=key.span)
