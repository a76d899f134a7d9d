"""Prints why an action is or is not advised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import msgspec
from rich.text import Text

from tactful.formats.text.console import SafeConsole
from tactful.formats.text.tree import Node, print_tree
from tactful.reasons.records.decision import TargetRecord
from tactful.reasons.records.why import (
    AdvisedRecord,
    Answer,
    AskedRecord,
    ConclusionRecord,
    ConflictRecord,
    Criterion,
    DefeatedRecord,
    DerivedRecord,
    ElsewhereRecord,
    FactRecord,
    GatheredRecord,
    GaveWayRecord,
    HandledAnswerRecord,
    MemberRecord,
    MovedRecord,
    NearRecord,
    NeighbourRecord,
    NotAdvisedRecord,
    OpeningRecord,
    OpensRecord,
    ParameterRecord,
    RivalRecord,
    RowRecord,
    RuleRecord,
    StaysClosedRecord,
    StaysDefeatedRecord,
    ToldRecord,
    WhenRecord,
    WhyRecord,
)
from tactful.reasons.words import ENGLISH

#: The most rules named besides the nearest one.
_FURTHER = 4
#: The most rules named of those that recommend an action.
_NAMED = 8


def render_why(record: WhyRecord, console: SafeConsole) -> None:
    """Print every answer: its subject, the decision, and a tree for each reason."""
    for no, answer in enumerate(record.answers):
        if no:
            console.print()
            console.print()
        head, *sections = _sections(answer)
        print_tree(console, head)
        for section in sections:
            console.print()
            print_tree(console, section)
    if record.incomplete is not msgspec.UNSET:
        console.print("\n")
        console.print("Not every answer is written out: there are too many. Ask about one target.", style="dim")


def _sections(answer: Answer) -> list[Node]:
    """The subject with its decision, then the reasons."""
    match answer:
        case AdvisedRecord():
            return _advised(answer)
        case GaveWayRecord():
            return _gave_way(answer)
        case DefeatedRecord():
            return _defeated(answer)
        case HandledAnswerRecord():
            return _handled(answer)
        case NotAdvisedRecord():
            return _not_advised(answer)


def _section(title: str, *below: Node | str) -> Node:
    return Node(Text(title, "bold"), tuple(Node(Text(child)) if isinstance(child, str) else child for child in below))


def _head(label: str, target: TargetRecord, application: str | None, state: str, style: str) -> Node:
    who = f"({_who(target, application)})"
    return Node(Text.assemble((label, "bold"), (f"  {who}", "dim")), second=Text(state, style))


def _concluded(conclusion: ConclusionRecord, state: str, style: str) -> list[Node]:
    """The head of a conclusion, and its rules."""
    due = "" if conclusion.due is None else f", deadline {_moment(conclusion.due)}"
    head = _head(
        conclusion.label,
        conclusion.target,
        conclusion.application,
        f"{_loud(conclusion.modality)}, {state}{due}",
        style,
    )
    return [head, _section("Because", *map(_rule, conclusion.rules))]


def _advised(answer: AdvisedRecord) -> list[Node]:
    conclusion, above, below = answer.conclusion, answer.above, answer.below
    sections = _concluded(conclusion, f"ranked {answer.rank}", "green")
    if answer.prevailed_over:
        sections.append(
            _section(
                "It won against", *(_conflict(conflict, conclusion, won=True) for conflict in answer.prevailed_over)
            )
        )
    if answer.alternatives:
        sections.append(_section("It came before its alternatives", *map(_rival, answer.alternatives)))
    return [
        *sections,
        _section(
            "Its rank",
            "nothing above it" if above is None else _neighbour("below", above, (above.other, above.own)),
            "nothing below it" if below is None else _neighbour("above", below, (below.own, below.other)),
        ),
    ]


def _gave_way(answer: GaveWayRecord) -> list[Node]:
    to = answer.to
    why = f"there is one {answer.family} per {answer.per}, and {to.rank}. {to.label} comes before it: "
    sections = _concluded(answer.conclusion, "but only as an alternative", "yellow")
    return [*sections, _section("It gave way", why + _decided(to.criterion, to.order, to.other, to.own))]


def _defeated(answer: DefeatedRecord) -> list[Node]:
    conclusion = answer.conclusion
    sections = _concluded(conclusion, "but set aside", "red")
    sections.append(
        _section("It lost against", *(_conflict(conflict, conclusion, won=False) for conflict in answer.lost_to))
    )
    return sections if answer.opening is None else [*sections, _opening(answer.opening, already=True)]


def _handled(answer: HandledAnswerRecord) -> list[Node]:
    at = "for good" if answer.at is None else _moment(answer.at)
    state = (
        f"but done on {at}" if answer.how == "done" else f"but dismissed {at if answer.at is None else f'until {at}'}"
    )
    sections = _concluded(answer.conclusion, state, "yellow")
    return [*sections, _section("It is not shown", f"`tactful undo CASE {answer.key}` brings it back")]


def _not_advised(answer: NotAdvisedRecord) -> list[Node]:
    state = "Not advised, and prohibited" if answer.forbidden_by else "Not advised"
    sections = [_head(answer.label, answer.target, answer.application, state, "yellow")]
    for prohibition in answer.forbidden_by:
        title = (
            f"{_loud(prohibition.modality)} {prohibition.label}  ({_who(prohibition.target, prohibition.application)})"
        )
        sections.append(_section(title, *map(_rule, prohibition.rules)))
    if not answer.recommended_by:
        sections.append(_section("No rule of the pack recommends it"))
    elif not answer.near:
        named = [f"{rule.rule}, for each {rule.for_each}" for rule in answer.recommended_by[:_NAMED]]
        more = len(answer.recommended_by) - len(named)
        title = "The case has nobody and nothing that its rules could fire for"
        sections.append(_section(title, *named, *([f"and {more} more"] if more else [])))
    else:
        sections.append(_section("The rule nearest to it", _near(answer.near[0])))
    further = [_further(near) for near in answer.near[1 : _FURTHER + 1]]
    more = max(len(answer.near) - 1 - len(further), 0) + answer.further
    if further:
        sections.append(_section("Further away", *further, *([f"and {more} more"] if more else [])))
    if answer.elsewhere:
        sections.append(_section("Advised elsewhere", *map(_elsewhere, answer.elsewhere)))
    return [*sections, _opening(answer.opening, already=False)] if answer.near else sections


# --- conflicts, ranks and what is to come ---


def _conflict(conflict: ConflictRecord, conclusion: ConclusionRecord, *, won: bool) -> Node:
    other = conflict.other
    winner, loser = (conclusion, other) if won else (other, conclusion)
    match conflict.by:
        case "safety":
            why = "a safety rule always wins"
        case "equal priority":
            why = f"both have priority {winner.priority}, and then the prohibition wins"
        case "higher priority":
            why = f"priority {winner.priority} against {loser.priority}"
    line = f"{_loud(other.modality)} {other.label} ({_who(other.target, other.application)}): {why}"
    return Node(Text(line), tuple(map(_rule, other.rules)))


def _rival(rival: RivalRecord) -> Node:
    why = _decided(rival.criterion, rival.order, rival.own, rival.other)
    return Node(Text(f"{_loud(rival.modality)} {rival.label} ({_row_name(rival.target)}): {why}"))


def _neighbour(where: str, neighbour: NeighbourRecord, values: tuple[str, str]) -> Node:
    why = _decided(neighbour.criterion, neighbour.order, *values)
    return Node(
        Text(
            f"{where} {neighbour.rank}. {_loud(neighbour.modality)} {neighbour.label} ({_row_name(neighbour.target)}): {why}"
        )
    )


def _decided(criterion: Criterion, order: str | None, first: str, second: str) -> str:
    """Why the first ranks before the second."""
    match criterion:
        case "priority":
            return f"priority {first} against {second}"
        case "deadline":
            return f"same priority, and the nearer deadline goes first: {first} against {second}"
        case "modality":
            return f"same priority and deadline, and `{first}` goes before `{second}`"
        case "order":
            return f"same priority, deadline and modality, and then `{order}`: {first} against {second}"
        case "name":
            return f"the same in all else, so by name: {first}, then {second}"


def _elsewhere(advice: ElsewhereRecord) -> Node:
    place = "as an alternative" if advice.rank is None else f"ranked {advice.rank}"
    return Node(Text(f"{advice.label} ({_row_name(advice.target)}), {place}"))


def _opening(opening: OpeningRecord, *, already: bool) -> Node:
    """When it will be advised. ``already``: a rule recommends it now."""
    match opening:
        case OpensRecord(at=at, alternative_to=None):
            text = f"it is advised from {_moment(at)} on"
        case OpensRecord(at=at, alternative_to=other):
            text = f"from {_moment(at)} on it is an alternative to: {other}"
        case StaysDefeatedRecord(at=at, by=rules, until=until):
            since = "it is recommended" if already else f"a rule recommends it from {_moment(at)} on"
            text = (
                f"{since}, but {ENGLISH.listing(list(rules))} sets it aside all along; looked at until {_moment(until)}"
            )
        case StaysClosedRecord(until=until):
            text = f"it is not advised at all; looked at until {_moment(until)}"
    return _section("If nothing but time changes", text)


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
        met = tuple(Node(test_words(test, blame=False)) for test in near.met)
        below.append(Node(Text("as it should be:", "dim"), met))
    if near.fires_at is not None:
        below.append(Node(Text(f"fires by itself from {_moment(near.fires_at)} on")))
    return Node(head, tuple(below))


def _further(near: NearRecord) -> Node:
    lacks = "; ".join(test_words(test, blame=True).plain for test in near.failing)
    return Node(Text.assemble((near.rule, "cyan"), f" for {_row_name(near.row)}: {lacks}"))


def _tests(tests: Iterable[AskedRecord], *, blame: bool) -> tuple[Node, ...]:
    """``blame``: tests that are not as the condition wants keep the rule from firing."""
    return tuple(_test(test, blame) for test in tests)


def _test(test: AskedRecord, blame: bool) -> Node:
    text, others = test_words(test, blame), tuple(_others(test))
    if test.because is None:
        return Node(text, others)
    note, below = _fact(test.because, blame)
    return Node(text.append(f"  {note}" if note else "", "dim"), (*below, *others))


def _others(test: AskedRecord) -> Iterator[Node]:
    """The derivations of what a test compares with; the values are in its own words."""
    for other in test.others:
        if other.because is not None and not isinstance(other.because, ParameterRecord):
            yield _member(other)


def test_words(test: AskedRecord, blame: bool) -> Text:
    """The test, and the value that it read unless the test already says the value."""
    question = f"{test.field}: {test.phrase}"
    value = "; ".join((_read(test), *(f"{other.field} is {_said(other)}" for other in test.others)))
    it_is = value if _is_moved(test) else f"it is {value}"
    same = test.phrase.replace("_", " ") == value  # the phrase already says the value
    match test.wanted, test.held:
        case True, True:
            text = Text(question if same else f"{question} ({value})")
        case False, False:
            text = Text(f"unless {question} ({it_is})")
        case False, True:
            state = "it is" if same else it_is
            text = Text.assemble(f"unless {question}", (f", and {state}", "red" if blame else ""))
        case _ if blame:
            text = Text.assemble(question, (f", but {it_is}", "red"))
        case _:
            text = Text(f"not {question} ({it_is})")
    return text.append(_bounds(test))


def _is_moved(test: AskedRecord) -> bool:
    """Whether the value is said as a clause: a moment, moved by a length of time, is another moment."""
    return isinstance(test.because, MovedRecord) and test.because.value is not None


def _read(test: AskedRecord) -> str:
    """The value that a test read."""
    moved = test.because
    if not isinstance(moved, MovedRecord) or moved.moment.value is None:
        return test.said
    if moved.by.value is None:
        return f"{test.said}; {moved.by.field} is unknown"
    return f"{moved.by.said} {'before' if moved.before else 'after'} {moved.moment.said} is {moved.said}"


def _said(member: MemberRecord) -> str:
    """The value of a fact; of a parameter also the days on which it counts, or that the case states it."""
    parameter = member.because
    return member.said + (_days(parameter) if isinstance(parameter, ParameterRecord) else "")


def _bounds(test: AskedRecord) -> str:
    """The moments between which a test of time holds, unless its value already says so."""
    moved = test.because
    value = moved.value if isinstance(moved, MovedRecord) else test.value
    since = None if test.since == value or test.held else test.since
    until = None if test.until == value else test.until
    words = [f"{word} {_moment(at)}" for word, at in (("from", since), ("until", until)) if at is not None]
    return f", so {' '.join(words)}" if words else ""


def _fact(fact: FactRecord, blame: bool) -> tuple[str, tuple[Node, ...]]:
    """The derivation of a computed fact: a note, and the nodes below it."""
    match fact:
        case ToldRecord():
            return "(see above)", ()
        case WhenRecord(about=about, where=where, tests=tests):
            return _place(where, about), _tests(tests, blame=blame)
        case GatheredRecord(about=about, where=where):
            rows = tuple(_rows(fact.rows, blame))
            more = (fact.matched or fact.looked_at) - len(rows)
            if more:
                rows = (*rows, Node(Text(f"and {more} more", "dim")))
            return f"{_matches(fact)}  {_place(where, about)}", rows
        case DerivedRecord(about=about, where=where):
            return _place(where, about), tuple(_derived(fact))
        case MovedRecord(moment=moment, by=by):
            return "", tuple(_member(member) for member in (moment, by) if member.because is not None)
        case ParameterRecord(about=about, where=where):
            return _place(where, about), ()


def _derived(fact: DerivedRecord) -> Iterator[Node]:
    """How a value comes about: the row of its table, its formula, and the facts in it."""
    row = fact.table_row
    if row is not None and row.no is None:
        yield Node(Text("no row of the table matches" + ("" if fact.value is None else ", so `otherwise` counts")))
    elif row is not None:
        head = Text.assemble(f"row {row.no} of the table: {row.cells}", (f"  [{row.where}]", "dim"))
        yield Node(head, _tests(row.tests, blame=False))
    if fact.says:
        yield Node(Text(fact.says))
    yield from map(_member, fact.members)


def _member(member: MemberRecord) -> Node:
    """A fact or a parameter that a value is derived from."""
    said = Text(f"{member.field}: {_said(member)}")
    if member.because is None:
        return Node(said)
    note, below = _fact(member.because, blame=False)
    return Node(said.append(f"  {note}" if note else "", "dim"), below)


def _days(parameter: ParameterRecord) -> str:
    """When a parameter's value counts, or that the case states it."""
    if parameter.stated:
        return ", as this case says"
    since, until = (
        None if day is None else ENGLISH.long_day(date.fromisoformat(day)) for day in (parameter.since, parameter.until)
    )
    return "".join(f" {word} {day}" for word, day in (("since", since), ("until", until)) if day is not None)


def _place(where: str, about: str) -> str:
    """The place of a fact's definition, and its description."""
    return f"[{': '.join(filter(None, (where, about)))}]"


def _rows(rows: tuple[RowRecord, ...], blame: bool) -> Iterator[Node]:
    """Rows with their tests. Tests that are the same as those of the row before are not repeated."""
    before: list[tuple[str, str, str]] | None = None
    for row in rows:
        tests = [(test.field, test.phrase, "" if test.held else test.said) for test in row.tests]
        if tests == before:
            yield Node(Text(f"{row.said}: likewise"))
        else:
            yield Node(Text(row.said), _tests(row.tests, blame=blame and not row.matched))
        before = tests


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
    return ENGLISH.local(datetime.fromisoformat(iso))
