"""Prints why an action is or is not advised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import msgspec
from rich.text import Text

from tactful.formats.text.console import SafeConsole
from tactful.formats.text.styled import styled
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
from tactful.reasons.words import ENGLISH, Words

#: The most rules named besides the nearest one.
_FURTHER = 4
#: The most rules named of those that recommend an action.
_NAMED = 8


def render_why(record: WhyRecord, console: SafeConsole, words: Words = ENGLISH) -> None:
    """Print every answer: its subject, the decision, and a tree for each reason."""
    text = WhyText(words)
    for no, answer in enumerate(record.answers):
        if no:
            console.print()
            console.print()
        head, *sections = text.sections(answer)
        print_tree(console, head)
        for section in sections:
            console.print()
            print_tree(console, section)
    if record.incomplete is not msgspec.UNSET:
        console.print("\n")
        left_out = words.say("Not every answer is written out: there are too many. Ask about one target.")
        console.print(left_out, style="dim")


class WhyText:
    """Puts the parts of an answer into words."""

    def __init__(self, words: Words) -> None:
        self._words, self._say = words, words.say

    def sections(self, answer: Answer) -> list[Node]:
        """The subject with its decision, then the reasons."""
        match answer:
            case AdvisedRecord():
                return self._advised(answer)
            case GaveWayRecord():
                return self._gave_way(answer)
            case DefeatedRecord():
                return self._defeated(answer)
            case HandledAnswerRecord():
                return self._handled(answer)
            case NotAdvisedRecord():
                return self._not_advised(answer)

    def _section(self, title: str, *below: Node | str) -> Node:
        return Node(
            Text(title, "bold"), tuple(Node(Text(child)) if isinstance(child, str) else child for child in below)
        )

    def _head(self, label: str, target: TargetRecord, application: str | None, state: str, style: str) -> Node:
        who = f"({self._who(target, application)})"
        return Node(Text.assemble((label, "bold"), (f"  {who}", "dim")), second=Text(state, style))

    def _concluded(self, conclusion: ConclusionRecord, state: str, style: str) -> list[Node]:
        """The head of a conclusion, and its rules."""
        due = "" if conclusion.due is None else self._say(", deadline {moment}", moment=self._moment(conclusion.due))
        head = self._head(
            conclusion.label,
            conclusion.target,
            conclusion.application,
            f"{self._words.loud(conclusion.modality)}, {state}{due}",
            style,
        )
        return [head, self._section(self._say("Because"), *map(self._rule, conclusion.rules))]

    def _advised(self, answer: AdvisedRecord) -> list[Node]:
        conclusion, above, below = answer.conclusion, answer.above, answer.below
        sections = self._concluded(conclusion, self._say("ranked {rank}", rank=answer.rank), "green")
        if answer.prevailed_over:
            sections.append(
                self._section(
                    self._say("It won against"),
                    *(self._conflict(conflict, conclusion, won=True) for conflict in answer.prevailed_over),
                )
            )
        if answer.alternatives:
            sections.append(
                self._section(self._say("It came before its alternatives"), *map(self._rival, answer.alternatives))
            )
        return [
            *sections,
            self._section(
                self._say("Its rank"),
                self._say("nothing above it") if above is None else self._below(above),
                self._say("nothing below it") if below is None else self._above(below),
            ),
        ]

    def _gave_way(self, answer: GaveWayRecord) -> list[Node]:
        to = answer.to
        why = self._say(
            "there is one {family} per {entity}, and {rank}. {label} comes before it: {why}",
            family=answer.family,
            entity=self._words.word(answer.per),
            rank=to.rank,
            label=to.label,
            why=self._decided(to.criterion, to.order, to.other, to.own),
        )
        sections = self._concluded(answer.conclusion, self._say("but only as an alternative"), "yellow")
        return [*sections, self._section(self._say("It gave way"), why)]

    def _defeated(self, answer: DefeatedRecord) -> list[Node]:
        conclusion = answer.conclusion
        sections = self._concluded(conclusion, self._say("but set aside"), "red")
        sections.append(
            self._section(
                self._say("It lost against"),
                *(self._conflict(conflict, conclusion, won=False) for conflict in answer.lost_to),
            )
        )
        return sections if answer.opening is None else [*sections, self._opening(answer.opening, already=True)]

    def _handled(self, answer: HandledAnswerRecord) -> list[Node]:
        back = self._say("`tactful undo CASE {key}` brings it back", key=answer.key)
        sections = self._concluded(answer.conclusion, self._how(answer), "yellow")
        return [*sections, self._section(self._say("It is not shown"), back)]

    def _how(self, answer: HandledAnswerRecord) -> str:
        if answer.at is None:
            return self._say("but done for good") if answer.how == "done" else self._say("but dismissed for good")
        if answer.how == "done":
            return self._say("but done on {moment}", moment=self._moment(answer.at))
        return self._say("but dismissed until {moment}", moment=self._moment(answer.at))

    def _not_advised(self, answer: NotAdvisedRecord) -> list[Node]:
        say = self._say
        state = say("Not advised, and prohibited") if answer.forbidden_by else say("Not advised")
        sections = [self._head(answer.label, answer.target, answer.application, state, "yellow")]
        for prohibition in answer.forbidden_by:
            who = self._who(prohibition.target, prohibition.application)
            title = f"{self._words.loud(prohibition.modality)} {prohibition.label}  ({who})"
            sections.append(self._section(title, *map(self._rule, prohibition.rules)))
        if not answer.recommended_by:
            sections.append(self._section(say("No rule of the pack recommends it")))
        elif not answer.near:
            named = [
                say("{rule}, for each {entity}", rule=rule.rule, entity=self._words.word(rule.for_each))
                for rule in answer.recommended_by[:_NAMED]
            ]
            more = len(answer.recommended_by) - len(named)
            title = say("The case has nobody and nothing that its rules could fire for")
            sections.append(self._section(title, *named, *self._more(more)))
        else:
            sections.append(self._section(say("The rule nearest to it"), self._near(answer.near[0])))
        further = [self._further(near) for near in answer.near[1 : _FURTHER + 1]]
        more = max(len(answer.near) - 1 - len(further), 0) + answer.further
        if further:
            sections.append(self._section(say("Further away"), *further, *self._more(more)))
        if answer.elsewhere:
            sections.append(self._section(say("Advised elsewhere"), *map(self._elsewhere, answer.elsewhere)))
        return [*sections, self._opening(answer.opening, already=False)] if answer.near else sections

    def _more(self, count: int) -> list[str]:
        return [self._words.count("and {n} more", "and {n} more", count)] if count else []

    # --- conflicts, ranks and what is to come ---

    def _conflict(self, conflict: ConflictRecord, conclusion: ConclusionRecord, *, won: bool) -> Node:
        other = conflict.other
        winner, loser = (conclusion, other) if won else (other, conclusion)
        match conflict.by:
            case "safety":
                why = self._say("a safety rule always wins")
            case "equal priority":
                why = self._say("both have priority {n}, and then the prohibition wins", n=winner.priority)
            case "higher priority":
                why = self._decided("priority", None, str(winner.priority), str(loser.priority))
        line = f"{self._words.loud(other.modality)} {other.label} ({self._who(other.target, other.application)}): {why}"
        return Node(Text(line), tuple(map(self._rule, other.rules)))

    def _rival(self, rival: RivalRecord) -> Node:
        why = self._decided(rival.criterion, rival.order, rival.own, rival.other)
        return Node(Text(f"{self._words.loud(rival.modality)} {rival.label} ({self._row_name(rival.target)}): {why}"))

    def _below(self, above: NeighbourRecord) -> Node:
        advice = self._neighbour(above, (above.other, above.own))
        return Node(Text(self._say("below {advice}", advice=advice)))

    def _above(self, below: NeighbourRecord) -> Node:
        advice = self._neighbour(below, (below.own, below.other))
        return Node(Text(self._say("above {advice}", advice=advice)))

    def _neighbour(self, neighbour: NeighbourRecord, values: tuple[str, str]) -> str:
        why = self._decided(neighbour.criterion, neighbour.order, *values)
        head = f"{neighbour.rank}. {self._words.loud(neighbour.modality)} {neighbour.label}"
        return f"{head} ({self._row_name(neighbour.target)}): {why}"

    def _decided(self, criterion: Criterion, order: str | None, first: str, second: str) -> str:
        """Why the first ranks before the second."""
        values = {"first": first, "second": second}
        match criterion:
            case "priority":
                return self._say("priority {first} against {second}", **values)
            case "deadline":
                return self._say(
                    "same priority, and the nearer deadline goes first: {first} against {second}", **values
                )
            case "modality":
                return self._say("same priority and deadline, and `{first}` goes before `{second}`", **values)
            case "order":
                order_ = order or ""
                return self._say(
                    "same priority, deadline and modality, and then `{order}`: {first} against {second}",
                    **values,
                    order=order_,
                )
            case "name":
                return self._say("the same in all else, so by name: {first}, then {second}", **values)

    def _elsewhere(self, advice: ElsewhereRecord) -> Node:
        ranked = advice.rank
        place = self._say("as an alternative") if ranked is None else self._say("ranked {rank}", rank=ranked)
        return Node(Text(f"{advice.label} ({self._row_name(advice.target)}), {place}"))

    def _opening(self, opening: OpeningRecord, *, already: bool) -> Node:
        """When it will be advised. ``already``: a rule recommends it now."""
        say = self._say
        match opening:
            case OpensRecord(at=at, alternative_to=None):
                text = say("it is advised from {moment} on", moment=self._moment(at))
            case OpensRecord(at=at, alternative_to=other):
                text = say("from {moment} on it is an alternative to: {other}", moment=self._moment(at), other=other)
            case StaysDefeatedRecord(at=at, by=rules, until=until):
                since = (
                    say("it is recommended")
                    if already
                    else say("a rule recommends it from {moment} on", moment=self._moment(at))
                )
                text = say(
                    "{since}, but {rules} sets it aside all along (checked until {moment})",
                    since=since,
                    rules=self._words.listing(rules),
                    moment=self._moment(until),
                )
            case StaysClosedRecord(until=until):
                text = say("it is not advised at all (checked until {moment})", moment=self._moment(until))
        return self._section(say("If nothing but time changes"), text)

    # --- rules, tests and facts ---

    def _rule(self, rule: RuleRecord) -> Node:
        head = self._fired(rule.rule, rule.row, rule.priority)
        head.append(self._say(", safety") if rule.safety else "").append(f"  [{rule.where}]", "dim")
        says = Node(Text.assemble(rule.text, (f" ({rule.source})" if rule.source else "", "dim")))
        return Node(head, (says, *self._tests(rule.tests, blame=False)))

    def _fired(self, rule: str, row: TargetRecord, priority: int) -> Text:
        """A rule, for a row."""
        return styled(
            self._say("{rule} for {row}, priority {priority}"),
            rule=(rule, "cyan"),
            row=(self._row_name(row), ""),
            priority=(str(priority), ""),
        )

    def _near(self, near: NearRecord) -> Node:
        head = self._fired(near.rule, near.row, near.priority)
        head.append(f"  [{near.where}]", "dim")
        below = [Node(Text(near.about))] if near.about else []
        below += self._tests(near.failing, blame=True)
        if near.met:
            met = tuple(Node(self.test_words(test, blame=False)) for test in near.met)
            below.append(Node(Text(self._say("already met:"), "dim"), met))
        if near.fires_at is not None:
            below.append(Node(Text(self._say("applies by itself from {moment}", moment=self._moment(near.fires_at)))))
        return Node(head, tuple(below))

    def _further(self, near: NearRecord) -> Node:
        lacks = "; ".join(self.test_words(test, blame=True).plain for test in near.failing)
        return Node(
            styled(
                self._say("{rule} for {row}: {lacks}"),
                rule=(near.rule, "cyan"),
                row=(self._row_name(near.row), ""),
                lacks=(lacks, ""),
            )
        )

    def _tests(self, tests: Iterable[AskedRecord], *, blame: bool) -> tuple[Node, ...]:
        """``blame``: tests that are not as the condition wants keep the rule from firing."""
        return tuple(self._test(test, blame) for test in tests)

    def _test(self, test: AskedRecord, blame: bool) -> Node:
        text, others = self.test_words(test, blame), tuple(self._others(test))
        if test.because is None:
            return Node(text, others)
        note, below = self._fact(test.because, blame)
        return Node(text.append(f"  {note}" if note else "", "dim"), (*below, *others))

    def _others(self, test: AskedRecord) -> Iterator[Node]:
        """The derivations of what a test compares with; the values are in its own words."""
        for other in test.others:
            if other.because is not None and not isinstance(other.because, ParameterRecord):
                yield self._member(other)

    def test_words(self, test: AskedRecord, blame: bool) -> Text:
        """The test, and the value that it read unless the test already says the value."""
        question = f"{test.field}: {test.phrase}"
        say = self._say
        others = (say("{field} is {value}", field=other.field, value=self._said(other)) for other in test.others)
        value = "; ".join((self._read(test), *others))
        it_is = value if self._is_moved(test) else say("it is {value}", value=value)
        same = test.phrase.replace("_", " ") == value  # the phrase already says the value
        match test.wanted, test.held:
            case True, True:
                text = Text(question if same else f"{question} ({value})")
            case False, False:
                text = Text(say("unless {condition} ({value})", condition=question, value=it_is))
            case False, True:
                state = say("it is") if same else it_is
                text = Text.assemble(
                    say("unless {condition}", condition=question),
                    (say(", and {value}", value=state), "red" if blame else ""),
                )
            case _ if blame:
                text = Text.assemble(question, (say(", but {value}", value=it_is), "red"))
            case _:
                text = Text(say("not {condition} ({value})", condition=question, value=it_is))
        return text.append(self._bounds(test))

    def _is_moved(self, test: AskedRecord) -> bool:
        """Whether the value is said as a clause: a moment, moved by a length of time, is another moment."""
        return isinstance(test.because, MovedRecord) and test.because.value is not None

    def _read(self, test: AskedRecord) -> str:
        """The value that a test read."""
        moved = test.because
        if not isinstance(moved, MovedRecord) or moved.moment.value is None:
            return test.said
        if moved.by.value is None:
            unknown = self._say("{field} is {value}", field=moved.by.field, value=self._words.unknown)
            return f"{test.said}; {unknown}"
        values = {"length": moved.by.said, "moment": moved.moment.said, "value": moved.said}
        if moved.before:
            return self._say("{length} before {moment} is {value}", **values)
        return self._say("{length} after {moment} is {value}", **values)

    def _said(self, member: MemberRecord) -> str:
        """The value of a fact; of a parameter also the days on which it counts, or that the case states it."""
        parameter = member.because
        return member.said + (self._days(parameter) if isinstance(parameter, ParameterRecord) else "")

    def _bounds(self, test: AskedRecord) -> str:
        """The moments between which a test of time holds, unless its value already says so."""
        moved = test.because
        value = moved.value if isinstance(moved, MovedRecord) else test.value
        since = None if test.since == value or test.held else test.since
        until = None if test.until == value else test.until
        if since is not None and until is not None:
            return self._say(", so from {first} until {last}", first=self._moment(since), last=self._moment(until))
        if since is not None:
            return self._say(", so from {moment}", moment=self._moment(since))
        return "" if until is None else self._say(", so until {moment}", moment=self._moment(until))

    def _fact(self, fact: FactRecord, blame: bool) -> tuple[str, tuple[Node, ...]]:
        """The derivation of a computed fact: a note, and the nodes below it."""
        match fact:
            case ToldRecord():
                return self._say("(see above)"), ()
            case WhenRecord(about=about, where=where, tests=tests):
                return self._place(where, about), self._tests(tests, blame=blame)
            case GatheredRecord(about=about, where=where):
                rows = tuple(self._rows(fact.rows, blame))
                more = (fact.matched or fact.looked_at) - len(rows)
                rows = (*rows, *(Node(Text(text, "dim")) for text in self._more(more)))
                return f"{self._matches(fact)}  {self._place(where, about)}", rows
            case DerivedRecord(about=about, where=where):
                return self._place(where, about), tuple(self._derived(fact))
            case MovedRecord(moment=moment, by=by):
                return "", tuple(self._member(member) for member in (moment, by) if member.because is not None)
            case ParameterRecord(about=about, where=where):
                return self._place(where, about), ()

    def _derived(self, fact: DerivedRecord) -> Iterator[Node]:
        """How a value comes about: the row of its table, its formula, and the facts in it."""
        row = fact.table_row
        if row is not None and row.no is None:
            none = self._say("no row of the table matches")
            otherwise = self._say("no row of the table matches, so `otherwise` counts")
            yield Node(Text(none if fact.value is None else otherwise))
        elif row is not None:
            counts = self._say("row {n} of the table: {cells}", n=row.no, cells=row.cells)
            head = Text.assemble(counts, (f"  [{row.where}]", "dim"))
            yield Node(head, self._tests(row.tests, blame=False))
        if fact.says:
            yield Node(Text(fact.says))
        yield from map(self._member, fact.members)

    def _member(self, member: MemberRecord) -> Node:
        """A fact or a parameter that a value is derived from."""
        said = Text(f"{member.field}: {self._said(member)}")
        if member.because is None:
            return Node(said)
        note, below = self._fact(member.because, blame=False)
        return Node(said.append(f"  {note}" if note else "", "dim"), below)

    def _days(self, parameter: ParameterRecord) -> str:
        """When a parameter's value counts, or that the case states it."""
        if parameter.stated:
            return self._say(", as this case says")
        since = "" if parameter.since is None else self._say(" since {day}", day=self._day(parameter.since))
        return since + ("" if parameter.until is None else self._say(" until {day}", day=self._day(parameter.until)))

    def _day(self, iso: str) -> str:
        return self._words.long_day(date.fromisoformat(iso))

    def _place(self, where: str, about: str) -> str:
        """The place of a fact's definition, and its description."""
        return f"[{': '.join(filter(None, (where, about)))}]"

    def _rows(self, rows: tuple[RowRecord, ...], blame: bool) -> Iterator[Node]:
        """Rows with their tests. Tests that are the same as those of the row before are not repeated."""
        before: list[tuple[str, str, str]] | None = None
        for row in rows:
            tests = [(test.field, test.phrase, "" if test.held else test.said) for test in row.tests]
            if tests == before:
                yield Node(Text(self._say("{row}: likewise", row=row.said)))
            else:
                yield Node(Text(row.said), self._tests(row.tests, blame=blame and not row.matched))
            before = tests

    def _matches(self, fact: GatheredRecord) -> str:
        one, many = self._words.word(fact.over), self._words.several(fact.over)
        if not fact.looked_at:
            return self._say("There are no {rows}.", rows=many)
        if fact.looked_at == 1 and fact.matched:
            return self._say("The one {row} matches.", row=one)
        if fact.looked_at == 1:
            return self._say("The one {row} does not match.", row=one)
        if not fact.matched:
            return self._say("None of {count} {rows} matches.", count=fact.looked_at, rows=many)
        return self._words.count(
            "{n} of {count} {rows} matches.",
            "{n} of {count} {rows} match.",
            fact.matched,
            count=fact.looked_at,
            rows=many,
        )

    # --- words ---

    def _who(self, target: TargetRecord, application: str | None) -> str:
        own = self._row_name(target)
        if application is None or target.entity == "application":
            return own
        return f"{own}, {self._words.entity('application', application)}"

    def _row_name(self, row: TargetRecord) -> str:
        return self._words.entity(row.entity, row.id)

    def _moment(self, iso: str) -> str:
        return self._words.named(datetime.fromisoformat(iso))
