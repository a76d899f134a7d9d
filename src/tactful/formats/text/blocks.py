"""Advice arranged for a reader: by kind, with those who get the same advice together, and what is said of each of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import groupby
from typing import Final, NamedTuple

import msgspec

from tactful.api.advice import Advice
from tactful.api.decision import Decision
from tactful.language.terms import ADVICE_KINDS
from tactful.reasons.records.decision import JustificationRecord
from tactful.reasons.wording import ends_day

#: With more blocks than this that say the same but for their deadlines, they are one block with several deadlines.
_MANY: Final = 3
#: What stands for the name of a target and of its company where texts are compared.
_WHO: Final = "\x00"
_COMPANY: Final = "\x01"
#: So many others are named where the same goes for them.
_FEW: Final = 2


class Sections(NamedTuple):
    """Advice by kind. Standing advice that is at stake comes first, or with what else there is to do, by its rank."""

    at_stake: list[Advice]
    do: list[Advice]
    avoid: list[Advice]
    wait: list[Advice]
    standing: list[Advice]


def sections(advice: Sequence[Advice]) -> Sections:
    """Ranked advice by kind, in the order of its ranks."""
    do, avoid, wait, standing = ([item for item in advice if item.kind == kind] for kind in ADVICE_KINDS)
    first = min((item.rank for item in do or (*avoid, *wait)), default=0)
    last = max((item.rank for item in do), default=first)
    at_stake = [item for item in standing if item.rank < first]
    among = [item for item in standing if first < item.rank < last]
    return Sections(
        at_stake, sorted([*do, *among], key=_rank), avoid, wait, [item for item in standing if item.rank > last]
    )


def _rank(advice: Advice) -> int:
    return advice.rank


class Said(msgspec.Struct, frozen=True):
    """A sentence, and the same with marks for names: sentences that differ in names alone are ``masked`` alike."""

    masked: str
    text: str


class Block(msgspec.Struct, frozen=True):
    """Advice that says the same to several people or companies, the best-ranked first."""

    advice: tuple[Advice, ...]
    decision: Decision

    @property
    def first(self) -> Advice:
        """The best-ranked advice."""
        return self.advice[0]

    def label(self) -> str:
        """The action in words, with all names: ``Call Dana Ruiz and Lee Park``, or ``Call Dana Ruiz (Acme) and Eva (Beta)``."""
        label = self._masked(self.first.label, self.first)
        companies = _distinct(self._company(item) for item in self.advice)
        names = [item.target.name for item in self.advice]
        if len(_distinct(self._place(item) for item in self.advice)) > 1 and self._is_elsewhere(self.first):
            names = [f"{name} ({self._place(item)})" for name, item in zip(names, self.advice, strict=True)]
        return label.replace(_WHO, self.decision.words.listing(_distinct(names))).replace(
            _COMPANY, self.decision.words.listing(companies)
        )

    def concerning(self, *, company: bool) -> str:
        """Whom or what it concerns, as far as the label does not say so. With ``company``, also where."""
        label = self.label()
        who = [
            self.who(item)
            for item in self.advice
            if (company if item.target.entity == "application" else item.target.entity != "candidate")
        ]
        where = [self._place(item) for item in self.advice if company and self._is_elsewhere(item)]
        parts = [[name for name in _distinct(names) if not _says(label, name)] for names in (who, where)]
        return ", ".join(self.decision.words.listing(names) for names in parts if names)

    def _is_elsewhere(self, advice: Advice) -> bool:
        """Whether the name of a target does not say at which company it is."""
        return advice.target.entity not in ("application", "candidate") and advice.target.name != self._company(advice)

    def _company(self, advice: Advice) -> str:
        """The company that a piece of advice belongs to; empty for none."""
        return self.decision.company(advice.application) or ""

    def _place(self, advice: Advice) -> str:
        """The company, with the role where there are several applications to it; empty for none."""
        return self.decision.place(advice.application) or ""

    def who(self, advice: Advice) -> str:
        """The name of a target, or what it is, with its id. An application to one of several jobs at a company has its role."""
        target = advice.target
        if target.entity == "application" and self._place(advice) != self._company(advice):
            return self._place(advice)
        return target.name if target.name != target.id else self.decision.words.entity(target.entity, target.id)

    def reasons(self) -> list[Said]:
        """The sentences behind it: the first of each rule, then the others. What differs in names and days alone is said once."""
        firsts, others = zip(*(_by_rule(item.because) for item in self.advice), strict=True)
        sentences = [
            *(
                (text, item)
                for of_rule in zip(*firsts, strict=True)
                for text, item in zip(of_rule, self.advice, strict=True)
            ),
            *((text, item) for texts, item in zip(others, self.advice, strict=True) for text in texts),
        ]
        said: dict[str, list[tuple[str, Advice]]] = {}
        for text, item in sentences:
            said.setdefault(self.decision.words.a_day.sub("", self._masked(text, item)), []).append((text, item))
        return [one for texts in said.values() for one in self._once(texts)]

    def _once(self, texts: list[tuple[str, Advice]]) -> Iterator[Said]:
        """Sentences of several people or companies that differ in names and days alone, in the words of the first of them."""
        first = texts[0][1]
        *before, last = _distinct(text for text, item in texts if item is first)
        yield from (Said(self._masked(text, first), text) for text in before)
        masked = self._masked(last, first)
        others = [(text, item) for text, item in texts if item is not first and text not in (*before, last)]
        names = _distinct(self.who(item) for _, item in others)
        if not names:
            yield Said(masked, last)
            return
        words = self.decision.words
        whom = words.say("the others") if len(names) + 1 == len(self.advice) > _FEW + 1 else words.listing(names)
        if all(self._masked(text, item) == masked for text, item in others):
            yield Said(masked, f"{last} {words.say('The same goes for {names}.', names=whom)}")
        else:
            yield Said(masked, f"{last} {words.say('Much the same goes for {names}.', names=whom)}")

    def steps(self) -> list[Said]:
        """The steps that are the same for all, letter for letter."""
        return [
            Said(self._masked(step, self.first), step)
            for step in self.first.steps
            if all(step in item.steps for item in self.advice)
        ]

    def own_steps(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The steps that differ from those of the others in more than names, with the names of those whose steps they are."""
        masked = [[Said(self._masked(step, item), step) for step in item.steps] for item in self.advice]
        common = set.intersection(*({step.masked for step in steps} for steps in masked))
        names: dict[tuple[str, ...], list[str]] = {}
        for item, steps in zip(self.advice, masked, strict=True):
            own = tuple(step.text for step in steps if step.masked not in common)
            if own:
                names.setdefault(own, []).append(self.who(item))
        for own, whose in names.items():
            yield self.decision.words.listing(_distinct(whose)), own

    def _masked(self, text: str, advice: Advice) -> str:
        """A text with marks for the names of its target and company."""
        text = _named(advice.target.name).sub(_WHO, text)
        company = self._company(advice)
        return _named(company).sub(_COMPANY, text) if company else text

    def key(self) -> tuple[object, ...]:
        """What the advice of a block has in common, its deadline apart."""
        first = self.first
        rules = frozenset(justification.rule for justification in first.because)
        return first.action, first.modality, first.due_means, rules, self._masked(first.label, first)


def blocks(advice: Iterable[Advice], decision: Decision) -> list[Block]:
    """Advice of one kind in blocks, in the order of their best ranks.

    Advice is in one block if it says the same by the same rules, with deadlines on the same day. Much that is to be left or
    waited for is in one block whatever its deadlines are.
    """
    merged = _merged((Block((item,), decision) for item in advice), with_due=True)
    if not merged or merged[0].first.kind == "do":
        return merged
    keys = [block.key() for block in merged]
    many = {key for key in keys if keys.count(key) > _MANY}
    rest = [block for block, key in zip(merged, keys, strict=True) if key not in many]
    few = _merged((block for block, key in zip(merged, keys, strict=True) if key in many), with_due=False)
    return sorted((*rest, *few), key=lambda block: block.first.rank)


def by_due(block: Block) -> Iterator[tuple[list[Advice], list[str]]]:
    """The days on which deadlines of a block end, in order: the advice for each, and those whom it is for."""
    ordered = sorted(block.advice, key=lambda item: (item.due is None, item.due and item.due.timestamp(), item.rank))
    for _, same in groupby(ordered, key=lambda item: _day(item.due, block.decision.at)):
        items = list(same)
        yield items, _distinct(block.who(item) for item in items)


def is_whole_day(due: datetime) -> bool:
    """Whether a deadline is the end of a day, so that the day says it all."""
    return due.time() == time() or ends_day(due)


def _day(due: datetime | None, now: datetime) -> tuple[date, bool, bool] | None:
    """What deadlines that are shown together have in common: the day, whether it says it all, and whether they have
    passed."""
    return None if due is None else (due.date(), is_whole_day(due), due < now)


def _merged(parts: Iterable[Block], *, with_due: bool) -> list[Block]:
    merged: dict[tuple[object, ...], Block] = {}
    for part in parts:
        key = (*part.key(), _day(part.first.due, part.decision.at) if with_due else None)
        before = merged.get(key)
        merged[key] = part if before is None else Block((*before.advice, *part.advice), part.decision)
    return list(merged.values())


def _by_rule(because: Sequence[JustificationRecord]) -> tuple[list[str], list[str]]:
    """The first sentence of each rule, by the ids of the rules that fired, and all other sentences."""
    firsts = {}
    others = []
    for justification in because:
        if justification.rule in firsts:
            others.append(justification.text)
        else:
            firsts[justification.rule] = justification.text
    return list(firsts.values()), others


def _distinct(words: Iterable[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if word]


def _says(text: str, name: str) -> bool:
    return _named(name).search(text) is not None


def _named(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
