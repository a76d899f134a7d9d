"""Why and why not, as text for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.console import Console
from rich.text import Text

from tactful.answers import (
    AdvisedRecord,
    Answer,
    ConclusionRecord,
    ConflictRecord,
    DefeatedRecord,
    FactRecord,
    GatheredRecord,
    GaveWayRecord,
    NearRecord,
    NeighbourRecord,
    NotAdvisedRecord,
    OpeningRecord,
    OpensRecord,
    RivalRecord,
    RuleRecord,
    StaysDefeatedRecord,
    TestRecord,
    ToldRecord,
    WhenRecord,
    WhyRecord,
)
from tactful.decision import TargetRecord
from tactful.render.tree import Node, print_tree
from tactful.wording import listing, say_local

#: How many of the rules further from firing are named.
_FURTHER = 4
#: How many rules are named where the pack has many.
_NAMED = 8
_DOWN = "  "


def render_why(record: WhyRecord, console: Console) -> None:
    """Print every answer, one after the other."""
    for no, answer in enumerate(record.answers):
        if no:
            console.print()
        _Printer(console).answer(answer)


class _Printer:
    def __init__(self, console: Console) -> None:
        self._console = console

    def _say(self, *parts: str | tuple[str, str], indent: str = "") -> None:
        print_tree(self._console, Node(Text.assemble(*parts)), indent)

    # --- answers ---

    def answer(self, answer: Answer) -> None:
        """Print one answer."""
        match answer:
            case AdvisedRecord():
                self._advised(answer)
            case GaveWayRecord():
                self._gave_way(answer)
            case DefeatedRecord():
                self._defeated(answer)
            case NotAdvisedRecord():
                self._not_advised(answer)

    def _head(self, label: str, target: TargetRecord, application: str | None, state: str, style: str) -> None:
        self._say((label, "bold"), (f"  ({_who(target, application)})", "dim"))
        self._say((state, style))

    def _concluded(self, one: ConclusionRecord, state: str, style: str) -> None:
        due = "" if one.due is None else f", deadline {_moment(one.due)}"
        self._head(one.label, one.target, one.application, f"{state}{due}", style)
        self._rules(one.rules, "Because")

    def _rules(self, rules: Iterable[RuleRecord], head: str) -> None:
        for no, rule in enumerate(rules):
            self._console.print()
            self._say((head if not no else "And because", "bold"))
            print_tree(self._console, _rule(rule), _DOWN)

    def _advised(self, answer: AdvisedRecord) -> None:
        one = answer.conclusion
        self._concluded(one, f"{_loud(one.modality)}, ranked {answer.rank}", "green")
        if answer.prevailed_over:
            self._section("It won against")
            for conflict in answer.prevailed_over:
                self._conflict(conflict, one, won=True)
        if answer.alternatives:
            self._section("It came before its alternatives")
            for rival in answer.alternatives:
                self._rival(rival)
        self._section("Its rank")
        if answer.above is None:
            self._say("Nothing ranks above it.", indent=_DOWN)
        else:
            self._neighbour("Above it", answer.above, above=True)
        if answer.below is None:
            self._say("Nothing ranks below it.", indent=_DOWN)
        else:
            self._neighbour("Below it", answer.below, above=False)

    def _gave_way(self, answer: GaveWayRecord) -> None:
        one, to = answer.conclusion, answer.to
        self._concluded(one, f"{_loud(one.modality)}, but only as an alternative", "yellow")
        self._section("It gave way")
        self._say(
            f"There is one {answer.family} per {answer.per}, and {to.rank}. {to.label} comes before it: "
            f"{_decided(to.criterion, to.other, to.own)}.",
            indent=_DOWN,
        )

    def _defeated(self, answer: DefeatedRecord) -> None:
        one = answer.conclusion
        self._concluded(one, f"{_loud(one.modality)}, but set aside", "red")
        self._section("It lost against")
        for conflict in answer.lost_to:
            self._conflict(conflict, one, won=False)
        if answer.opening is not None:
            self._opening(answer.opening)

    def _not_advised(self, answer: NotAdvisedRecord) -> None:
        state = "Not advised, and prohibited" if answer.forbidden_by else "Not advised"
        self._head(answer.label, answer.target, answer.application, state, "yellow")
        for one in answer.forbidden_by:
            self._section(f"{_loud(one.modality)} {one.label} ({_who(one.target, one.application)})")
            for rule in one.rules:
                print_tree(self._console, _rule(rule), _DOWN)
        self._near(answer)
        for other in answer.elsewhere:
            place = "as an alternative" if other.rank is None else f"ranked {other.rank}"
            self._say(f"Advised elsewhere: {other.label} ({_who(other.target, None)}), {place}.")
        if answer.near:
            self._opening(answer.opening)

    def _near(self, answer: NotAdvisedRecord) -> None:
        self._console.print()
        if not answer.recommended_by:
            self._say("No rule of the pack recommends it.")
            return
        if not answer.near:
            named = [*answer.recommended_by[:_NAMED], *(["others"] if len(answer.recommended_by) > _NAMED else [])]
            self._say(f"Nothing in the case is there for the rules that could recommend it: {listing(named)}.")
            return
        self._say(("The rule nearest to it", "bold"))
        print_tree(self._console, _near(answer.near[0]), _DOWN)
        further = answer.near[1:]
        if further:
            self._console.print()
            self._say(("Further away", "bold"))
        for one in further[:_FURTHER]:
            lacks = "; ".join(_asked(test, blame=True).plain for test in one.failing)
            self._say(f"- {one.rule}, for {_row_name(one.row)}: {lacks}", indent=_DOWN)
        more = len(further[_FURTHER:]) + answer.further
        if more:
            self._say(f"- and {more} more", indent=_DOWN)

    # --- parts ---

    def _section(self, title: str) -> None:
        self._console.print()
        self._say((title, "bold"))

    def _conflict(self, conflict: ConflictRecord, one: ConclusionRecord, *, won: bool) -> None:
        other = conflict.other
        winner, loser = (one, other) if won else (other, one)
        match conflict.by:
            case "safety":
                why = "a safety rule always wins"
            case "equal priority":
                why = f"both have priority {winner.priority}, and then the prohibition wins"
            case "higher priority":
                why = f"priority {winner.priority} against {loser.priority}"
        line = f"{_loud(other.modality)} {other.label} ({_who(other.target, other.application)}): {why}"
        rules = tuple(_rule(rule) for rule in other.rules)
        print_tree(self._console, Node(Text(line), rules), _DOWN)

    def _rival(self, rival: RivalRecord) -> None:
        why = _decided(rival.criterion, rival.own, rival.other)
        self._say(f"{_loud(rival.modality)} {rival.label} ({rival.target.id}): {why}", indent=_DOWN)

    def _neighbour(self, head: str, one: NeighbourRecord, *, above: bool) -> None:
        values = (one.other, one.own) if above else (one.own, one.other)
        why = _decided(one.criterion, *values)
        self._say(f"{head}: {one.rank}. {_loud(one.modality)} {one.label}: {why}", indent=_DOWN)

    def _opening(self, opening: OpeningRecord) -> None:
        self._section("If nothing but time changes")
        match opening:
            case OpensRecord(at=at, alternative_to=None):
                text = f"From {_moment(at)} on it is advised."
            case OpensRecord(at=at, alternative_to=other):
                text = f"From {_moment(at)} on it is an alternative to: {other}"
            case StaysDefeatedRecord(at=at, by=rules, until=until):
                text = f"A rule recommends it from {_moment(at)} on, but {listing(list(rules))} will set it aside, "
                text += f"as far as {_moment(until)}."
            case _:
                text = f"It is not advised before {_moment(opening.until)}."
        self._say(text, indent=_DOWN)


def _decided(criterion: str, first: str, second: str) -> str:
    """By what the first ranks before the second."""
    match criterion:
        case "priority":
            return f"priority {first} against {second}"
        case "deadline":
            return f"same priority, and the nearer deadline goes first: {first} against {second}"
        case "modality":
            return f"same priority and deadline, and `{first}` goes before `{second}`"
        case _:
            return f"the same in all else, so by name: {first}, then {second}"


# --- rules, tests and facts ---


def _rule(rule: RuleRecord) -> Node:
    head = Text.assemble((rule.rule, "cyan"), f" for {_row_name(rule.row)}, priority {rule.priority}")
    head.append(", safety" if rule.safety else "").append(f"  [{rule.where}]", "dim")
    says = Node(Text.assemble(rule.text, (f" ({rule.source})" if rule.source else "", "dim")))
    return Node(head, (says, *_tests(rule.tests, blame=False)))


def _near(near: NearRecord) -> Node:
    head = Text.assemble((near.rule, "cyan"), f" for {_row_name(near.row)}, priority {near.priority}")
    head.append(f"  [{near.where}]", "dim")
    below = [Node(Text(near.about))] if near.about else []
    below += _tests(near.failing, blame=True)
    if near.met:
        met = tuple(Node(_asked(test, blame=False)) for test in near.met)
        below.append(Node(Text("as it should be:", "dim"), met))
    if near.fires_at is not None:
        below.append(Node(Text(f"fires by itself from {_moment(near.fires_at)} on")))
    return Node(head, tuple(below))


def _tests(tests: Iterable[TestRecord], *, blame: bool) -> tuple[Node, ...]:
    """``blame``: what is not as a condition asks stands in the way, and is not what is wanted."""
    return tuple(_test(test, blame) for test in tests)


def _test(test: TestRecord, blame: bool) -> Node:
    text = _asked(test, blame)
    if test.because is None:
        return Node(text)
    note, below = _fact(test.because, blame)
    return Node(text.append(f"  {note}", "dim"), below)


def _asked(test: TestRecord, blame: bool) -> Text:
    """What was asked, and what it met where that says more."""
    asked = f"{test.field}: {test.phrase}"
    met = "; ".join((test.said, *(f"{one.field} is {one.said}" for one in test.others)))
    shown = "" if test.said == test.phrase else f" ({met})"
    match test.wanted, test.held:
        case True, True:
            text = Text(f"{asked}{shown}")
        case False, False:
            text = Text(f"unless {asked} (it is {met})")
        case False, True:
            text = Text.assemble(
                f"unless {asked}", (", and it is" if not shown else f", and it is {met}", "red" if blame else "")
            )
        case _ if blame:
            text = Text.assemble(asked, (f", but it is {met}", "red"))
        case _:
            text = Text(f"not {asked} (it is {met})")
    return text.append(_bounds(test))


def _bounds(test: TestRecord) -> str:
    """Between which moments a test of time holds, where its value does not say that already."""
    since = None if test.since == test.value or test.held else test.since
    until = None if test.until == test.value else test.until
    words = [f"{word} {_moment(at)}" for word, at in (("from", since), ("until", until)) if at is not None]
    return f", which holds {' '.join(words)}" if words else ""


def _fact(fact: FactRecord, blame: bool) -> tuple[str, tuple[Node, ...]]:
    """How a computed fact came about: a note, and what stands below it."""
    match fact:
        case ToldRecord():
            return "(see above)", ()
        case WhenRecord(about=about, where=where, tests=tests):
            return f"[{where}: {about}]" if about else f"[{where}]", _tests(tests, blame=blame)
        case GatheredRecord(where=where):
            rows = tuple(Node(Text(row.said), _tests(row.tests, blame=blame)) for row in fact.rows)
            more = (fact.matched or fact.looked_at) - len(rows)
            if more:
                rows = (*rows, Node(Text(f"and {more} more", "dim")))
            return f"{_matches(fact)}  [{where}]", rows


def _matches(fact: GatheredRecord) -> str:
    many = "people" if fact.over == "person" else f"{fact.over}s"
    if not fact.looked_at:
        return f"There are no {many}."
    if fact.looked_at == 1:
        return f"The one {fact.over} {'matches' if fact.matched else 'does not match'}."
    if not fact.matched:
        return f"None of {fact.looked_at} {many} matches."
    return f"{fact.matched} of {fact.looked_at} {many} match{'es' if fact.matched == 1 else ''}."


# --- words ---


def _who(target: TargetRecord, application: str | None) -> str:
    own = _row_name(target)
    return own if application is None or target.entity == "application" else f"{own}, application {application}"


def _row_name(row: TargetRecord) -> str:
    return f"{row.entity} {row.id}"


def _loud(modality: str) -> str:
    return modality.replace("_", " ").upper()


def _moment(iso: str) -> str:
    return say_local(datetime.fromisoformat(iso))
