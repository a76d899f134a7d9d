"""Examples run: a decision for each, and what is otherwise than expected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tactful.api.decision import Decision
from tactful.api.policy import Policy, load
from tactful.decide.ranker import Conclusion
from tactful.facts.rows import inside
from tactful.language.terms import Modality
from tactful.reasons.context import application_of
from tactful.reasons.why.question import rows_named
from tactful.source.diagnostics import Diagnostic, InvalidInput, Span
from tactful.testing.examples.files import example_files, parse_file
from tactful.testing.examples.model import (
    Deadline,
    Due,
    DueOn,
    Example,
    ExampleResult,
    Expected,
    Forbidden,
    Lost,
    Named,
    NoDeadline,
    Problem,
    Reference,
)
from tactful.testing.examples.read import read_examples


def load_examples(pack: str | Path = "default", policy: Policy | None = None) -> tuple[Example, ...]:
    """The examples beside a pack, in the order of their files. ``policy``: the pack, where it is loaded already.

    Raises :class:`tactful.InvalidInput` with every mistake in the files.
    """
    loaded = policy or load(pack)
    found, problems, sources = list[Example](), list[Diagnostic](), dict[str, str]()
    for file in example_files(pack):
        try:
            found.extend(read_examples(loaded, file))
        except InvalidInput as error:
            problems.extend(error.diagnostics)
            sources.update(error.sources)
    if problems:
        raise InvalidInput(problems, sources)
    return tuple(found)


def read_examples_text(policy: Policy, text: str, name: str, folder: Path | None = None) -> tuple[Example, ...]:
    """The examples that a text states for ``policy``. Paths in it are from ``folder``. Raises as :func:`load_examples`."""
    file = parse_file(text, (folder or Path()) / name, name)
    return () if file is None else read_examples(policy, file)


def run_example(policy: Policy, example: Example) -> ExampleResult:
    """Decide on the example's case and compare. Pure; nothing is put into words where all is as expected."""
    return ExampleResult(example, tuple(_Run(policy.decide(example.case), example).problems()))


class _Run:
    """One decision, compared with what is expected of it."""

    def __init__(self, decision: Decision, example: Example) -> None:
        self._example, self._context = example, decision.context
        self._ranked, self._set_aside = decision.ranking.ranked, decision.ranking.set_aside
        self._actions = decision.context.checked.actions

    def problems(self) -> Iterator[Problem]:
        """All that is otherwise than expected, in the order of the example's parts."""
        example = self._example
        for expected in example.expect:
            yield from self._expected(expected)
        for forbidden in example.never:
            yield from self._never(forbidden)
        for first, second in zip(example.order, example.order[1:], strict=False):
            yield from self._ordered(first, second)
        for lost in example.set_aside:
            yield from self._lost(lost)
        if example.nothing_else:
            yield from self._nothing_else()

    # --- matching ---

    def _fits(self, what: Reference, one: Conclusion) -> bool:
        """Whether a conclusion is about what is named. A recommendation may be of a kind of the action."""
        kinds = {one.action} if one.prohibits else self._actions[one.action].family
        return what.action in kinds and what.target in (None, one.target.id, _full_id(one))

    def _nearest(self, expected: Expected) -> Conclusion | None:
        """Of the conclusions that are expected, the one that meets most of what is asked of it."""
        found = [one for one in self._ranked if one.modality == expected.modality and self._fits(expected.what, one)]
        return min(found, key=lambda one: len(self._otherwise(expected, one)), default=None)

    def _rank(self, one: Conclusion) -> int:
        return self._ranked.index(one) + 1

    # --- comparing ---

    def _expected(self, expected: Expected) -> Iterator[Problem]:
        found = self._nearest(expected)
        if found is None:
            line = _conclusion(expected.modality, expected.what)
            yield self._problem(expected.span, (line,), tuple(self._instead(expected)), expected.what)
        elif otherwise := self._otherwise(expected, found):
            wanted = (_conclusion(expected.modality, expected.what), *(f"  {want}" for want, _ in otherwise))
            got = (self._say(found), *(f"  {got}" for _, got in otherwise))
            yield self._problem(expected.span, wanted, got, _reference(found))

    def _otherwise(self, expected: Expected, one: Conclusion) -> list[tuple[str, str]]:
        """What is asked of a conclusion and is not so: as expected, and as it is."""
        found = []
        if expected.by is not None and not self._due(expected.by, one.due):
            found.append((self._say_deadline(expected.by), f"by {self._context.iso(one.due) or 'none'}"))
        if expected.rules and set(expected.rules) != (rules := self._rules(one)):
            found.append((f"rules {', '.join(sorted(expected.rules))}", f"rules {', '.join(sorted(rules))}"))
        if expected.rank is not None and expected.rank != (rank := self._rank(one)):
            found.append((f"rank {expected.rank}", f"rank {rank}"))
        if expected.steps or expected.without_steps:
            found.extend(self._steps(expected, self._context.steps_of(one)))
        for what in expected.instead_of:
            if not any(self._fits(what, other) for other in one.alternatives):
                names = ", ".join(str(_reference(other)) for other in one.alternatives)
                found.append((f"instead of {what}", f"instead of {names or 'nothing'}"))
        return found

    def _steps(self, expected: Expected, steps: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        for text in expected.steps:
            if not any(text in one for one in steps):
                yield f"step {text}", " / ".join(steps) or "no steps"
        for text in expected.without_steps:
            for one in steps:
                if text in one:
                    yield f"no step {text}", f"step {one}"

    def _never(self, forbidden: Forbidden) -> Iterator[Problem]:
        what, modality = forbidden.what, forbidden.modality
        line = f"never {what if modality is None else _conclusion(modality, what)}"
        rows = None if what.target is None else rows_named(self._example.case, what.target)
        for one in self._ranked:
            for each in (one, *one.alternatives):
                if self._forbidden(modality, what.action, each) and (
                    rows is None or any(inside(each.target, row) for row in rows)
                ):
                    got = self._say(each) + ("" if each is one else f", as an alternative to {_reference(one)}")
                    yield self._problem(forbidden.span, (line,), (got,), _reference(each))

    def _forbidden(self, modality: Modality | None, action: str, one: Conclusion) -> bool:
        """Whether a conclusion is of what must not be recommended, or is the one that must not be drawn."""
        kinds = {one.action} if one.prohibits else self._actions[one.action].family
        return action in kinds and (not one.prohibits if modality is None else one.modality == modality)

    def _ordered(self, first: Named, second: Named) -> Iterator[Problem]:
        one, other = (self._first(named.what) for named in (first, second))
        if one is None or other is None or self._rank(one) >= self._rank(other):
            got = tuple(
                f"{named.what}: {'not advised' if found is None else f'rank {self._rank(found)}'}"
                for named, found in ((first, one), (second, other))
            )
            asked = first.what if one is None else second.what if other is None else _reference(other)
            yield self._problem(second.span, (f"{first.what}", f"  before {second.what}"), got, asked)

    def _first(self, what: Reference) -> Conclusion | None:
        """The best ranked of the conclusions that are about what is named."""
        return next((one for one in self._ranked if self._fits(what, one)), None)

    def _lost(self, lost: Lost) -> Iterator[Problem]:
        found = [one for one in self._set_aside if one.modality == lost.modality and self._fits(lost.what, one)]
        wanted = f"{_conclusion(lost.modality, lost.what)}, set aside"
        if not found:
            got = [
                self._say(one) for one in self._ranked if one.modality == lost.modality and self._fits(lost.what, one)
            ]
            yield self._problem(lost.span, (wanted,), tuple(got) or ("not recommended at all",), lost.what)
            return
        winners = {rule for one in found for winner in one.lost_to for rule in self._rules(winner)}
        if lost.by_rule is not None and lost.by_rule not in winners:
            expected = (wanted, f"  by {lost.by_rule}")
            got = [self._say(found[0]) + ", set aside", f"  by {', '.join(sorted(winners))}"]
            yield self._problem(lost.span, expected, tuple(got), lost.what)

    def _nothing_else(self) -> Iterator[Problem]:
        wanted = {
            self._ranked.index(found) for one in self._example.expect if (found := self._nearest(one)) is not None
        }
        for no, one in enumerate(self._ranked):
            if not one.prohibits and no not in wanted:
                yield self._problem(self._example.span, ("nothing else",), (self._say(one),), _reference(one))

    # --- in words ---

    def _problem(self, span: Span, wanted: tuple[str, ...], got: tuple[str, ...], asked: Reference) -> Problem:
        return Problem(f"{span.file}:{span.line}", wanted, got, asked)

    def _instead(self, expected: Expected) -> Iterator[str]:
        """What the decision says about the action that was expected."""
        what, nothing = expected.what, True
        for one in self._ranked:
            if self._fits(what, one):
                nothing = False
                yield self._say(one)
            for other in one.alternatives:
                if self._fits(what, other):
                    nothing = False
                    yield f"{self._say(other)}, as an alternative to {_reference(one)}"
        for one in self._set_aside:
            if self._fits(what, one):
                nothing = False
                yield f"{self._say(one)}, set aside"
        if nothing:
            yield "not advised"

    def _say(self, one: Conclusion) -> str:
        return _conclusion(one.modality, _reference(one))

    def _rules(self, one: Conclusion) -> set[str]:
        return {self._context.checked.rules[firing[0]].id for firing in one.firings}

    def _due(self, by: Deadline, due: int | None) -> bool:
        match by:
            case NoDeadline():
                return due is None
            case Due(moment=moment):
                return due == moment
            case DueOn(day=day):
                return due is not None and self._context.calendar.local(due).date() == day

    def _say_deadline(self, by: Deadline) -> str:
        match by:
            case NoDeadline():
                return "by none"
            case Due(moment=moment):
                return f"by {self._context.iso(moment)}"
            case DueOn(day=day):
                return f"by {day.isoformat()}"


def _conclusion(modality: str, what: Reference) -> str:
    """``should call:dana``."""
    return f"{modality} {what}"


def _reference(one: Conclusion) -> Reference:
    return Reference(one.action, one.target.id)


def _full_id(one: Conclusion) -> str:
    return f"{application_of(one.target)}/{one.target.id}"
