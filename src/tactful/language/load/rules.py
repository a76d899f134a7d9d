"""Read rules: the conditions and the days on which they hold, what they conclude, and by when."""

from __future__ import annotations

from typing import Final

from tactful.facts.dates import format_date, parse_date, parse_day_of_year
from tactful.facts.near import date_help
from tactful.language.load.entries import ID, EntryReader
from tactful.language.load.items import Entries, Item
from tactful.language.phrases import Deadline, Phrase, parse_deadline
from tactful.language.phrases.dates import BetweenDays, FromOrBefore
from tactful.language.syntax import AddsStep, Concludes, Conclusion, Condition, Entry, Group, Rule
from tactful.language.terms import MODALITIES, LiteralOperand, Modality, Name
from tactful.source.codes.conditions import BadSafety
from tactful.source.codes.pack import BadName, BadSetting, MissingKey, UnknownKey, WrongShape
from tactful.source.diagnostics import Span
from tactful.source.nodes import Mapping, Scalar, Sequence
from tactful.source.suggest import did_you_mean

#: The field with today's date where the candidate is.
TODAY: Final = "candidate.date"
_EVERY_YEAR: Final = (
    "write it with its year, like `2027-01-01`; "
    "for every year, ask for `candidate.date: between 20 December and 6 January`"
)
#: The keys of a conclusion, of which it has one, and all keys under ``then``.
_CONCLUDES: Final = (*MODALITIES, "step")
_IN_THEN: Final = (*_CONCLUDES, "of", "to")


class RuleReader(EntryReader):
    """Reads rules."""

    def _whens(self, item: Item) -> Condition:
        """What a rule asks for: its ``when``, what overlays add to it, and the days from which and until which it holds."""
        members = [self._when(item.entries), *self._days(item)]
        members += [self._group(node, "all", 0) for key, node in item.added if key.text == "and when"]
        return members[0] if len(members) == 1 else Group("all", tuple(members))

    def _exceptions(self, item: Item) -> Condition:
        """A rule's exceptions: its ``unless``, and what overlays add to it."""
        members = [self._group(node, "any", 0) for key, node in item.added if key.text == "and unless"]
        return Group("any", (self._unless(item.entries), *members)) if members else self._unless(item.entries)

    def _days(self, item: Item) -> list[Condition]:
        """``from`` and ``until`` of a rule, as a condition on the day that it is where the candidate is."""
        if "from" not in item.entries and "until" not in item.entries:
            return []
        first, last = self._day(item, "from"), self._day(item, "until")
        if first is None and last is None:
            return []
        if self._yes_no(item.entries, "safety"):
            key = item.entries["from" if first is not None else "until"][0]
            help_ = "leave it out; a safety rule ends only where a pack switches it off and says why"
            self.report(
                BadSafety.at(key.span, f"the safety rule `{item.id.text}` cannot be limited to certain days", help_)
            )
        if first is not None and last is not None and first > last:
            span = item.entries["until"][1].span
            message = f"`{item.id.text}` is never in force: `until` is earlier than `from`"
            self.report(BadSetting.at(span, message, "both days are included"))
            return []
        return [self._in_force(item, first, last)]

    def _day(self, item: Item, key: str) -> int | None:
        text = self._text(item.entries, key)
        day = None if text is None else parse_date(text.text)
        if text is not None and day is None:
            yearly = parse_day_of_year(text.text) is not None
            help_ = _EVERY_YEAR if yearly else date_help(text.text.strip())
            self.report(BadSetting.at(text.span, f"`{text.text}` is not a date", help_))
        return day

    def _in_force(self, item: Item, first: int | None, last: int | None) -> Entry:
        span = item.entries["from" if first is not None else "until"][1].span
        texts = [None if day is None else LiteralOperand(format_date(day), span) for day in (first, last)]
        low, high = texts
        phrase: Phrase
        if low is not None and high is not None:
            phrase, text = BetweenDays(low, high), f"between {low.text} and {high.text}"
        elif low is not None:
            phrase, text = FromOrBefore(before=False, day=low), f"from {low.text}"
        else:
            after = format_date((last or 0) + 1)
            phrase, text = FromOrBefore(before=True, day=LiteralOperand(after, span)), f"before {after}"
        return Entry(Name(TODAY, span, exact=False), phrase, text, span, in_force=True)

    def _rule(self, item: Item) -> Rule | None:
        entries = item.entries
        entity, because = self._required(item, "for each"), self._required(item, "because")
        conclusion, to = self._conclusion(item) or (None, None)
        when, unless, by = self._whens(item), self._exceptions(item), self._deadline(entries)
        if entity is None:
            return None
        return Rule(
            id=self._id(item, ID, "thank-you-note"),
            about=self._words(entries, "about"),
            source=self._words(entries, "source"),
            entity=entity,
            group=self._group_name(entries),
            when=when,
            unless=unless,
            conclusion=conclusion,
            to=self._text(entries, "to") or to,
            by=by,
            endless=self._is_none(entries),
            because=because or Name("", item.id.span),
            priority=self._number(entries, "priority", 0, 100),
            safety=self._yes_no(entries, "safety"),
        )

    def _group_name(self, entries: Entries) -> str:
        text = self._text(entries, "group")
        if text is not None and ID.fullmatch(text.text) is None:
            self.report(BadName.at(text.span, f"`{text.text}` is not a valid name", "write it like `thank-you`"))
        return "" if text is None else text.text

    def _conclusion(self, item: Item) -> tuple[Conclusion, Name | None] | None:
        if "then" not in item.entries:
            self.report(MissingKey.at(item.id.span, f"`{item.id.text}` has no `then`"))
            return None
        node = item.entries["then"][1]
        if not isinstance(node, Mapping):
            help_ = "such as `should: call`, or `step:` and `of:`"
            if isinstance(node, Sequence):
                help_ = "it draws one conclusion: write a rule for each"
            elif isinstance(node, Scalar) and len(words := node.text.split()) > 1 and words[0] in MODALITIES:
                help_ = f"write `then: {{{words[0]}: {'_'.join(words[1:])}}}`"
            self.report(WrongShape.at(node.span, "`then` is a mapping", help_))
            return None
        entries: Entries = {pair[0].text: pair for pair in node.entries}
        keys = [key for key in entries if key in _CONCLUDES]
        wrong = [key for key in entries if key not in _IN_THEN or (key == "of" and "step" not in entries)]
        for key in wrong:
            known = ", ".join(f"`{modality}`" for modality in MODALITIES)
            help_ = did_you_mean(key, _IN_THEN) or f"write one of {known}"
            self.report(UnknownKey.at(entries[key][0].span, f"`{key}` means nothing here", help_))
        if len(keys) != 1 and not wrong:
            self.report(
                BadSetting.at(node.span, "`then` draws exactly one conclusion", "write a rule for each conclusion")
            )
        return self._concluded(keys[0], entries, node.span) if len(keys) == 1 else None

    def _concluded(self, key: str, entries: Entries, span: Span) -> tuple[Conclusion, Name | None] | None:
        what, to = self._text(entries, key), self._text(entries, "to")
        if key != "step":
            modality: Modality = next(word for word in MODALITIES if word == key)
            return None if what is None else (Concludes(modality, what), to)
        if "of" not in entries:
            self.report(MissingKey.at(span, "a step belongs to an action", "write `of:` and the action's name"))
        action = self._text(entries, "of")
        return None if what is None or action is None else (AddsStep(what, action), to)

    def _is_none(self, entries: Entries) -> bool:
        """Whether the rule has ``by: none``."""
        by = entries.get("by")
        return by is not None and isinstance(by[1], Scalar) and by[1].text == "none"

    def _deadline(self, entries: Entries) -> Deadline | None:
        if "by" not in entries or self._is_none(entries):
            return None
        node = entries["by"][1]
        if not isinstance(node, Scalar):
            self.report(
                WrongShape.at(node.span, "`by` takes one deadline", "such as `2 days after interview.ended_at`")
            )
            return None
        return parse_deadline(node, self.report)
