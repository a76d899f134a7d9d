"""Examples run: a decision for each, and the expectations that it does not meet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from pathlib import Path

from tactful.api.policy import Policy, load
from tactful.decide.conclusions import Conclusion, Ranking
from tactful.facts.rows import inside
from tactful.language.terms import Modality
from tactful.reasons.context import Context, application_of
from tactful.reasons.why.question import rows_named
from tactful.source.diagnostics import Diagnostic, InvalidInput, Span
from tactful.testing.examples.files import ExampleFile, example_files, parse_file
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
    """The examples next to a pack, in the order of their files. ``policy`` is the pack, if it is loaded already.

    Raises :class:`tactful.InvalidInput` with every mistake in the files, or in the pack if it is loaded here.
    """
    return examples_of(example_files(pack), partial(read_examples, policy or load(pack)))


def examples_of(
    files: Iterable[ExampleFile], read: Callable[[ExampleFile], tuple[Example, ...]]
) -> tuple[Example, ...]:
    """The examples of files, each of which ``read`` reads. Raises :class:`tactful.InvalidInput` with all their mistakes."""
    examples, problems, sources = list[Example](), list[Diagnostic](), dict[str, str]()
    for file in files:
        try:
            examples.extend(read(file))
        except InvalidInput as error:
            problems.extend(error.diagnostics)
            sources.update(error.sources)
    if problems:
        raise InvalidInput(problems, sources)
    return tuple(examples)


def read_examples_text(policy: Policy, text: str, name: str, folder: Path | None = None) -> tuple[Example, ...]:
    """The examples in a text, for ``policy``. Paths in the text are relative to ``folder``.

    Raises as :func:`load_examples`.
    """
    file = parse_file(text, (folder or Path()) / name, name)
    return () if file is None else read_examples(policy, file)


def run_example(policy: Policy, example: Example) -> ExampleResult:
    """Decide on the example's case and compare the decision with the expectations. Pure."""
    decision = policy.decide(example.case)
    return ExampleResult(example, tuple(_Run(decision.context, decision.ranking, example).problems()))


def meets(context: Context, ranking: Ranking, example: Example) -> bool:
    """Whether a decision that was made already, such as that of a mutant, meets all expectations of an example."""
    return next(_Run(context, ranking, example).problems(), None) is None


class _Run:
    """One decision, compared with the expectations of an example."""

    def __init__(self, context: Context, ranking: Ranking, example: Example) -> None:
        self._example, self._context = example, context
        self._ranked, self._set_aside = ranking.ranked, ranking.set_aside
        self._actions = context.checked.actions

    def problems(self) -> Iterator[Problem]:
        """All expectations that are not met, in the order of the example's parts."""
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

    def _fits(self, reference: Reference, conclusion: Conclusion) -> bool:
        """Whether a conclusion is about the action and target of a reference. A recommendation may be of a kind of the action."""
        target = conclusion.target.id, _full_id(conclusion)
        return reference.action in self._kinds(conclusion) and reference.target in (None, *target)

    def _kinds(self, conclusion: Conclusion) -> Collection[str]:
        """The actions that a conclusion counts for: for a recommendation, all those that its action is a kind of."""
        return (conclusion.action,) if conclusion.prohibits else self._actions[conclusion.action].family

    def _nearest(self, expected: Expected) -> Conclusion | None:
        """The conclusion that meets most of an expectation; ``None`` if none has the modality, action and target."""
        fitting = self._fitting(self._ranked, expected.modality, expected.reference)
        return min(fitting, key=lambda conclusion: len(self._unmet(expected, conclusion)), default=None)

    def _fitting(self, among: Iterable[Conclusion], modality: Modality, reference: Reference) -> list[Conclusion]:
        """The conclusions with this modality that fit a reference."""
        return [
            conclusion for conclusion in among if conclusion.modality == modality and self._fits(reference, conclusion)
        ]

    def _rank(self, conclusion: Conclusion) -> int:
        return self._ranked.index(conclusion) + 1

    # --- comparing ---

    def _expected(self, expected: Expected) -> Iterator[Problem]:
        nearest = self._nearest(expected)
        if nearest is None:
            line = _conclusion(expected.modality, expected.reference)
            yield self._problem(expected.span, (line,), tuple(self._instead(expected)), expected.reference)
        elif unmet := self._unmet(expected, nearest):
            wanted = (_conclusion(expected.modality, expected.reference), *(f"  {want}" for want, _ in unmet))
            got = (self._say(nearest), *(f"  {got}" for _, got in unmet))
            yield self._problem(expected.span, wanted, got, _reference(nearest))

    def _unmet(self, expected: Expected, conclusion: Conclusion) -> list[tuple[str, str]]:
        """The parts of an expectation that a conclusion does not meet: the expected words, and those of the conclusion."""
        unmet = []
        if expected.by is not None and not self._due(expected.by, conclusion.due):
            unmet.append((self._say_deadline(expected.by), f"by {self._context.iso(conclusion.due) or 'none'}"))
        if expected.rules and set(expected.rules) != (rules := self._rules(conclusion)):
            unmet.append((f"rules {', '.join(sorted(expected.rules))}", f"rules {', '.join(sorted(rules))}"))
        if expected.rank is not None and expected.rank != (rank := self._rank(conclusion)):
            unmet.append((f"rank {expected.rank}", f"rank {rank}"))
        if expected.steps or expected.without_steps:
            unmet.extend(self._steps(expected, self._context.steps_of(conclusion)))
        for reference in expected.instead_of:
            if not any(self._fits(reference, alternative) for alternative in conclusion.alternatives):
                names = ", ".join(str(_reference(alternative)) for alternative in conclusion.alternatives)
                unmet.append((f"instead of {reference}", f"instead of {names or 'nothing'}"))
        return unmet

    def _steps(self, expected: Expected, steps: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        for text in expected.steps:
            if not any(text in step for step in steps):
                yield f"step {text}", " / ".join(steps) or "no steps"
        for text in expected.without_steps:
            for step in steps:
                if text in step:
                    yield f"no step {text}", f"step {step}"

    def _never(self, forbidden: Forbidden) -> Iterator[Problem]:
        reference, modality = forbidden.reference, forbidden.modality
        line = f"never {reference if modality is None else _conclusion(modality, reference)}"
        rows = None if reference.target is None else rows_named(self._example.case, reference.target)
        for advice in self._ranked:
            for conclusion in (advice, *advice.alternatives):
                if self._forbidden(modality, reference.action, conclusion) and (
                    rows is None or any(inside(conclusion.target, row) for row in rows)
                ):
                    place = "" if conclusion is advice else f", as an alternative to {_reference(advice)}"
                    got = self._say(conclusion) + place
                    yield self._problem(forbidden.span, (line,), (got,), _reference(conclusion))

    def _forbidden(self, modality: Modality | None, action: str, conclusion: Conclusion) -> bool:
        """Whether a conclusion recommends a forbidden action or, where there is a modality, is the forbidden conclusion."""
        wrong = not conclusion.prohibits if modality is None else conclusion.modality == modality
        return wrong and action in self._kinds(conclusion)

    def _ordered(self, first: Named, second: Named) -> Iterator[Problem]:
        higher, lower = (self._first(named.reference) for named in (first, second))
        if higher is None or lower is None or self._rank(higher) >= self._rank(lower):
            got = tuple(
                f"{named.reference}: {'not advised' if conclusion is None else f'rank {self._rank(conclusion)}'}"
                for named, conclusion in ((first, higher), (second, lower))
            )
            subject = first.reference if higher is None else second.reference if lower is None else _reference(lower)
            yield self._problem(second.span, (f"{first.reference}", f"  before {second.reference}"), got, subject)

    def _first(self, reference: Reference) -> Conclusion | None:
        """The highest ranked conclusion that fits a reference."""
        return next((conclusion for conclusion in self._ranked if self._fits(reference, conclusion)), None)

    def _lost(self, lost: Lost) -> Iterator[Problem]:
        losers = self._fitting(self._set_aside, lost.modality, lost.reference)
        wanted = f"{_conclusion(lost.modality, lost.reference)}, set aside"
        if not losers:
            got = [self._say(conclusion) for conclusion in self._fitting(self._ranked, lost.modality, lost.reference)]
            yield self._problem(lost.span, (wanted,), tuple(got) or ("not recommended at all",), lost.reference)
            return
        winners = {rule for loser in losers for winner in loser.lost_to for rule in self._rules(winner)}
        if lost.by_rule is not None and lost.by_rule not in winners:
            expected = (wanted, f"  by {lost.by_rule}")
            got = [self._say(losers[0]) + ", set aside", f"  by {', '.join(sorted(winners))}"]
            yield self._problem(lost.span, expected, tuple(got), lost.reference)

    def _nothing_else(self) -> Iterator[Problem]:
        nearest = map(self._nearest, self._example.expect)
        expected = {self._ranked.index(conclusion) for conclusion in nearest if conclusion is not None}
        for no, advice in enumerate(self._ranked):
            if not advice.prohibits and no not in expected:
                yield self._problem(self._example.span, ("nothing else",), (self._say(advice),), _reference(advice))

    # --- in words ---

    def _problem(self, span: Span, wanted: tuple[str, ...], got: tuple[str, ...], subject: Reference) -> Problem:
        return Problem(f"{span.file}:{span.line}", wanted, got, subject)

    def _instead(self, expected: Expected) -> Iterator[str]:
        """The conclusions about the action that was expected; ``not advised`` if there are none."""
        reference, nothing = expected.reference, True
        for advice in self._ranked:
            if self._fits(reference, advice):
                nothing = False
                yield self._say(advice)
            for alternative in advice.alternatives:
                if self._fits(reference, alternative):
                    nothing = False
                    yield f"{self._say(alternative)}, as an alternative to {_reference(advice)}"
        for loser in self._set_aside:
            if self._fits(reference, loser):
                nothing = False
                yield f"{self._say(loser)}, set aside"
        if nothing:
            yield "not advised"

    def _say(self, conclusion: Conclusion) -> str:
        return _conclusion(conclusion.modality, _reference(conclusion))

    def _rules(self, conclusion: Conclusion) -> set[str]:
        """The ids of the rules behind a conclusion."""
        return {self._context.checked.rules[no].id for no, _, _ in conclusion.firings}

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


def _conclusion(modality: str, reference: Reference) -> str:
    """``should call:dana``."""
    return f"{modality} {reference}"


def _reference(conclusion: Conclusion) -> Reference:
    return Reference(conclusion.action, conclusion.target.id)


def _full_id(conclusion: Conclusion) -> str:
    return f"{application_of(conclusion.target)}/{conclusion.target.id}"
