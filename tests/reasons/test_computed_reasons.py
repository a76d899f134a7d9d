"""Reasons, questions and counterfactuals where facts are computed: moments, amounts, tables, parameters that vary, words."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tactful
from drawn import packs
from draws import draws
from fitting import assert_fits
from reference_cases import cases as reference_cases
from tactful.formats.schema import why_schema
from tactful.formats.text.comparison import render_differences
from tactful.formats.text.console import plain_console
from tactful.formats.text.why import render_why
from tactful.language.ir.fields_read import ReadField
from tactful.reasons.records.decision import QuestionRecord
from tactful.reasons.records.why import NotAdvisedRecord
from tactful.reasons.what_if.counterfactuals import Counterfactuals, Wish
from tactful.reasons.what_if.trials import trials
from tactful.testing import cases

PACK = tactful.loads("""\
parameters:
  patience:
    about: How long an application may go unanswered.
    values: {2026-01-01: 45 days, 2026-07-01: 30 days}
  gap:
    about: How long to wait after a promised day.
    value: 5 business days
    adjustable: {from: 1 business day, to: 10 business days}
  most: {values: {2026-01-01: 3, 2027-01-01: 4}}
custom_facts:
  candidate: {open: {type: number}}
  application:
    size: {type: one of, values: [small, large]}
    stage: {type: one of, values: [phone_screen, panel, final]}
    entered_at: {type: moment}
    team: {type: text, mutability: theirs}
facts:
  application.last_wrote_at: {latest: message.sent_at, where: {message.direction: received}}
  application.ask_from:
    about: From when on a question is fair.
    latest of: [$gap after application.reply_by, 3 days after application.last_wrote_at]
  application.half_notice: {half of: candidate.notice_period}
  application.open_at: {is: next office time after application.last_wrote_at}
tables:
  application.first_wait:
    about: How long to leave them.
    by: [application.stage, application.size]
    gives: duration
    rows:
      - [phone_screen, any, 3 business days]
      - [[panel, final], large, 10 business days]
    otherwise: 5 business days
actions:
  ask: {about: Ask.}
  wait: {about: Wait.}
  call: {about: Call.}
  plan: {about: Plan.}
  greet: {about: Greet.}
  move: {about: Move.}
rules:
  ask-now:
    for each: application
    when: {application.ask_from: past}
    then: {should: ask}
    because: It is fair since {application.ask_from}.
  unanswered:
    for each: application
    when: {application.entered_at: at least $patience ago}
    then: {should: wait}
    because: It has been {$patience}.
  by-the-table:
    for each: application
    when: {application.last_wrote_at: at least application.first_wait ago}
    then: {should: call}
    because: It has been {application.first_wait}.
  notice:
    for each: application
    when: {application.half_notice: at least 2 weeks, candidate.open: at least $most}
    then: {may: plan}
    because: Half of it is {application.half_notice}.
  words:
    for each: application
    when: {application.team: contains senior, application.country: DE, application.open_at: past}
    then: {may: greet}
    because: They are senior.
  early:
    for each: application
    when: {application.entered_at: before 2026-10-01}
    then: {may: move}
    because: They applied early.
""")
CASE: dict[str, Any] = {
    "now": "2026-11-28T12:00:00-05:00",
    "candidate": {
        "id": "c",
        "time_zone": "America/New_York",
        "country": "US",
        "notice_period": "4 weeks",
        "custom": {"open": 5},
    },
    "applications": [
        {
            "id": "a",
            "country": "DE-BY",
            "reply_by": "2026-11-20T10:00:00-05:00",
            "custom": {
                "size": "large",
                "stage": "panel",
                "entered_at": "2026-10-01T10:00:00-04:00",
                "team": "The Senior Staff",
            },
            "people": [{"id": "p", "name": "Dana"}],
            "messages": [
                {"person": "p", "direction": "received", "sent_at": "2026-11-09T23:00:00-05:00"},
                {"person": "p", "direction": "received", "sent_at": "2026-11-05T23:00:00-05:00"},
            ],
        }
    ],
}


def _case(
    candidate: dict[str, Any] | None = None, custom: dict[str, Any] | None = None, **others: Any
) -> dict[str, Any]:
    """``CASE`` with other facts of the candidate and of the application; ``None`` leaves a fact out."""
    (application,) = CASE["applications"]
    own = {key: others.pop(key) for key in ("reply_by", "country", "messages") if key in others}
    changed = {**application, "custom": {**application["custom"], **(custom or {})}, **own}
    changed["custom"] = {key: value for key, value in changed["custom"].items() if value is not None}
    changed = {key: value for key, value in changed.items() if value is not None}
    person = {key: value for key, value in {**CASE["candidate"], **(candidate or {})}.items() if value is not None}
    return {**CASE, "candidate": person, "applications": [changed], **others}


def _why(action: str, case: dict[str, Any] = CASE) -> list[str]:
    """The lines of the text about an action, without the branches of the tree."""
    record = PACK.decide(case).why(action)
    assert_fits(record, why_schema)
    out = io.StringIO()
    render_why(record, plain_console(out, 400))
    lines = (re.sub(r"  (\[[^\[]*pack:\d+[^\[]*\])$", "", line) for line in out.getvalue().splitlines())
    return [re.sub(r"^[\s│├└─]+", "", line) for line in lines]


# --- why ---


def test_the_latest_member_is_named_with_its_length_and_its_moment() -> None:
    """Of several moments, why tells which one was the latest, and where that comes from."""
    lines = _why("ask")
    assert "application.ask_from: past (Fri 27 Nov 2026, 10:00)" in " ".join(lines)
    assert "the latest of 2: 5 business days after application.reply_by" in lines
    assert "application.reply_by: Fri 20 Nov 2026, 10:00" in lines
    lines = _why("ask", _case(reply_by="2026-10-01T10:00:00-04:00"))
    assert "the latest of 2: 3 days after application.last_wrote_at" in lines
    assert not any("reply_by" in line for line in lines)


def test_where_no_member_is_known_all_are_named() -> None:
    """Nothing was promised and nobody wrote: that is what is missing."""
    lines = _why("ask", _case(reply_by=None, messages=[]))
    none = "none of 2 is known: 5 business days after application.reply_by and 3 days after application.last_wrote_at"
    assert none in lines
    assert "application.reply_by: unknown" in lines


def test_a_value_of_the_case_is_told() -> None:
    """A case that states a parameter is told so; else the value is the pack's."""
    stated = _why("ask", _case(parameters={"gap": "4 business days"}))
    assert any(line.startswith("$gap: 4 business days, as this case says") for line in stated)
    assert any(line.startswith("$gap: 5 business days") and "case" not in line for line in _why("ask"))


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2026-06-30T12:00:00-04:00", "$patience: 45 days until 30 June 2026"),
        ("2026-07-01T00:00:00-04:00", "$patience: 30 days since 1 July 2026"),
    ],
)
def test_the_value_in_force_is_shown_with_its_days(now: str, said: str) -> None:
    """A dated parameter has its first value until the day before the change, and the next since that day."""
    case = _case(custom={"entered_at": "2026-01-01T10:00:00-05:00"}, now=now)
    assert any(line.startswith(said) for line in _why("wait", case))
    assert f"at least {said.split(': ')[1].partition(' days')[0]} days ago" in " ".join(_why("wait", case))


def test_a_moved_moment_reads_as_its_author_wrote_it() -> None:
    """The field is the author's own, and the moved moment is told as a sum, without any id."""
    assert (
        "application.entered_at: at least 30 days ago (30 days after Thu 1 Oct 2026, 10:00 is Sat 31 Oct 2026, 10:00)"
        in _why("wait")
    )
    late = _case(custom={"entered_at": "2026-11-20T10:00:00-05:00"})
    assert (
        "application.entered_at: at least 30 days ago, but 30 days after Fri 20 Nov 2026, 10:00 is Sun 20 Dec 2026, 10:00"
        in _why("wait", late)
    )
    unknown = _case(custom={"entered_at": None})
    assert "application.entered_at: at least 30 days ago, but it is unknown" in _why("wait", unknown)


def test_an_amount_that_a_test_compares_with_is_told() -> None:
    """A bound that varies is reported with its days; a part of an amount with what it is a part of."""
    lines = _why("plan")
    assert "candidate.open: at least 3 (5; $most is 3 until 31 December 2026)" in lines
    assert {"half of candidate.notice_period", "candidate.notice_period: 4 weeks"} <= set(lines)


def test_the_row_of_a_table_is_named_by_its_cells() -> None:
    """The first row that matches, its cells, and the facts that let it match; or that no row matches."""
    lines = _why("call")
    assert "row 2 of the table: [panel, final], large" in lines
    assert "application.stage: [panel, final] (panel)" in lines
    lines = _why("call", _case(custom={"size": None}))
    assert "no row of the table matches, so `otherwise` counts" in lines
    assert "application.size: unknown" in lines
    lines = _why("call", _case(custom={"stage": "phone_screen"}))
    assert "row 1 of the table: phone_screen" in lines


def test_a_phrase_with_a_length_that_varies_is_reported_once() -> None:
    """That the moment is past, and not too long past, is one line; a row that gives a field names that field once."""
    pack = tactful.loads("""\
parameters: {gap: {values: {2026-01-01: 2 days, 2026-11-27: 3 days}}}
tables: {application.grace: {by: [application.status], gives: duration, rows: [[applied, $gap]]}}
actions: {go: {about: Go.}}
rules:
  c:
    for each: application
    when: {application.reply_by: at most candidate.notice_period ago, application.grace: at most candidate.notice_period}
    then: {should: go}
    because: So.
""")
    application = {"id": "a", "status": "applied", "reply_by": "2026-11-20T10:00:00-05:00"}
    candidate = {"id": "c", "time_zone": "America/New_York", "notice_period": "4 weeks"}
    case = {"now": CASE["now"], "candidate": candidate, "applications": [application]}
    out = io.StringIO()
    render_why(pack.decide(case).why("go"), plain_console(out, 400))
    assert out.getvalue().count("application.reply_by: at most candidate.notice_period ago") == 1
    assert "(4 weeks after Fri 20 Nov 2026, 10:00 is Fri 18 Dec 2026, 10:00)" in out.getvalue()
    assert out.getvalue().count("$gap") == 1
    future = {**case, "applications": [{**application, "reply_by": "2026-12-20T10:00:00-05:00"}]}
    [answer] = pack.decide(future).why("go").answers
    assert isinstance(answer, NotAdvisedRecord)
    [failing] = answer.near[0].failing
    assert (failing.field, failing.said) == ("application.reply_by", "Sun 20 Dec 2026, 10:00")


def test_words_countries_and_office_times_are_reported() -> None:
    """Each test shows the value that it read."""
    lines = _why("greet")
    assert "application.team: contains senior (The Senior Staff)" in lines
    assert "application.country: DE (DE-BY)" in lines
    assert "the next office time after application.last_wrote_at" in lines


def test_sentences_have_the_values_in_force() -> None:
    """A parameter in a sentence has the value of the day and of the case."""
    texts = {reason.text for action in PACK.decide(CASE).actions for reason in action.because}
    assert {"It has been 30 days.", "It has been 10 business days.", "Half of it is 2 weeks."} <= texts


def test_justifications_have_the_fields_and_values_of_the_author() -> None:
    """The JSON of a decision names no hidden fact."""
    conditions = [
        condition
        for action in PACK.decide(CASE).actions
        for reason in action.because
        for condition in reason.conditions
    ]
    read = {condition.field: condition.value for condition in conditions}
    assert read["application.entered_at"] == "2026-10-01T10:00:00-04:00"
    assert not any(" " in condition.field or "$" in condition.field for condition in conditions)


@draws(40)
@given(text=packs(), data=reference_cases)
def test_no_id_of_a_hidden_fact_is_ever_shown(text: str, data: dict[str, Any]) -> None:
    """On any pack, text and JSON name the fields that authors wrote."""
    pack = tactful.loads(text)
    hidden = [fact.id.partition(".")[2] for fact in pack.checked.facts if getattr(fact, "hidden", False)]
    decision = pack.decide(data)
    for action in pack.checked.actions:
        record, out = decision.why(action), io.StringIO()
        render_why(record, plain_console(out, 1000))
        for id_ in (id_ for id_ in hidden if "$" in id_):
            assert id_ not in out.getvalue()
            assert id_.encode() not in msgspec.json.encode(record)


# --- questions ---

UNKNOWN = _case(
    candidate={"notice_period": None, "custom": None, "country": None},
    custom={"size": None, "stage": None, "entered_at": None, "team": None},
    reply_by=None,
    country=None,
)


def _questions(case: dict[str, Any]) -> dict[str, QuestionRecord]:
    return {question.path: question for question in PACK.decide(case).questions}


def _effects(question: QuestionRecord) -> dict[str, list[tuple[str, str]]]:
    return {answer.text: [(effect.what, effect.action) for effect in answer.effects] for answer in question.answers}


def test_fields_that_only_tables_and_expressions_read_are_asked_for() -> None:
    """The columns of a table, the moments and the amounts behind a fact; but no parameter."""
    asked = _questions(UNKNOWN).keys() | _questions(_case(candidate={"notice_period": None})).keys()
    assert {"application[a].reply_by", "application[a].entered_at", "candidate.notice_period"} <= asked
    assert not any("gap" in path for path in asked)


def test_the_columns_of_a_table_turn_what_it_decides() -> None:
    """With ten business days to leave them, it is too early; with three it is not."""
    recent = [{"person": "p", "direction": "received", "sent_at": "2026-11-23T10:00:00-05:00"}]
    case = _case(custom={"stage": None}, messages=recent)
    effects = _effects(_questions(case)["application[a].stage"])
    assert effects == {"phone screen": [("comes", "call")], "panel": [], "final": []}


def test_a_promised_day_turns_where_business_days_after_it_have_passed() -> None:
    """The ranges of the promised day are those that the computed moment tells apart, to the second."""
    question = _questions(_case(reply_by=None))["application[a].reply_by"]
    for answer in question.answers:
        for end in re.findall(r"\d+ \w+ \d{4}, \d\d:\d\d", answer.text):
            at = datetime.strptime(end, "%d %b %Y, %H:%M")
            inside = at + timedelta(minutes=1 if answer.text.startswith("after") else -1)
            after = PACK.decide(
                PACK.change(PACK.read(_case(reply_by=None)), {question.path: f"{inside.isoformat()}-05:00"})
            )
            gone = ("goes", "ask") in [(effect.what, effect.action) for effect in answer.effects]
            assert gone == all(action.action != "ask" for action in after.actions), answer.text


def test_words_and_countries_are_asked_for_by_what_tests_look_for() -> None:
    """A text with the words and any other text; the country that is named and another."""
    assert _effects(_questions(_case(custom={"team": None}))["application[a].team"]) == {
        "…": [],
        "contains `senior`": [("comes", "greet")],
    }
    effects = _effects(_questions(_case(country=None))["application[a].country"])
    assert ("comes", "greet") in effects["DE"]
    assert ("comes", "greet") not in effects["US"]


def test_a_day_that_the_pack_names_divides_moments() -> None:
    """Who applied before 1 October did so early; the next range of moments begins with that day."""
    effects = _effects(_questions(_case(custom={"entered_at": None}))["application[a].entered_at"])
    assert effects["before Thu 1 Oct 2026, 00:00"] == [("comes", "wait"), ("comes", "move")]
    assert [text for text, found in effects.items() if ("comes", "move") in found] == ["before Thu 1 Oct 2026, 00:00"]


@draws(25)
@given(st.data())
def test_every_answer_is_borne_out_by_deciding(data: st.DataObject) -> None:
    """Given as a fact, an answer has the effects that its question says."""
    _borne_out(PACK, data.draw(cases(PACK)))


@draws(25)
@given(text=packs(), data=reference_cases)
def test_every_answer_about_a_drawn_pack_is_borne_out_by_deciding(text: str, data: dict[str, Any]) -> None:
    """The same for packs drawn over the whole language."""
    _borne_out(tactful.loads(text), data)


def _borne_out(pack: tactful.Policy, data: dict[str, Any]) -> None:
    case = pack.read(data)
    decision = pack.decide(case)
    before = _advice(decision)
    for question in decision.questions[:4]:
        for answer in question.answers:
            after = _advice(pack.decide(pack.change(case, {question.path: answer.value})))
            assert {effect.action for effect in answer.effects if effect.what == "comes"} <= {
                key[0] for key in after - before
            }
            assert {effect.action for effect in answer.effects if effect.what == "goes"} <= {
                key[0] for key in before - after
            }
            assert answer.effects or after == before


def _advice(decision: tactful.Decision) -> Counter[tuple[str, str, str, str | None]]:
    """How often each advice is given: two messages of which nothing tells them apart have the same id."""
    return Counter((one.action, one.modality, one.target.id, one.application) for one in decision.actions)


# --- counterfactuals ---


def _ways(action: str, case: dict[str, Any]) -> list[list[str]]:
    """The ways to turn the advice, in words. Each is tried by deciding again."""
    read = PACK.read(case)
    decision = PACK.decide(read)
    family = decision.context.case.families[0]
    ways = Counterfactuals(decision.context).of(Wish(action, False, family.application)).ways
    given = any(one.action == action for one in decision.actions)
    for way in ways:
        facts = {
            change.path: change.after
            for change in way.changes
            if change.who != "time" and "messages" not in change.path
        }
        if len(facts) == len(way.changes):
            after = PACK.decide(PACK.change(read, facts))
            assert any(one.action == action for one in after.actions) != given
    return [[change.text for change in way.changes] for way in ways]


def test_words_are_added_to_a_text_that_is_there() -> None:
    """A text changes to the same text with the words."""
    assert _ways("greet", _case(custom={"team": "Staff"})) == [["application[a].team: Staff → Staff senior"]]


def test_a_country_changes_to_the_country_that_a_test_names() -> None:
    """Nothing but the country keeps the rule from firing."""
    assert ["application[a].country: unknown → DE"] in _ways("greet", _case(country=None))


def test_an_amount_changes_to_where_its_half_is_enough() -> None:
    """Half of four weeks is two weeks, which is the bound."""
    ways = _ways("plan", _case(candidate={"notice_period": None}))
    assert ["candidate.notice_period: unknown → 4 weeks"] in ways
    assert ["candidate.notice_period: unknown → 27 days"] not in ways


def test_a_number_changes_to_the_bound_that_is_in_force() -> None:
    """Three are the most in 2026, and four from 2027 on."""
    ways = _ways("plan", _case(candidate={"custom": None}))
    assert ["candidate.open: unknown → 3"] in ways
    assert ["candidate.open: unknown → 3"] not in _ways(
        "plan", _case(candidate={"custom": None}, now="2027-01-01T12:00:00Z")
    )


def test_a_moment_changes_to_before_a_day() -> None:
    """An unknown moment may turn out to lie before the day that a rule names."""
    [way] = _ways("move", _case(custom={"entered_at": None}))
    assert way[0].startswith("application[a].entered_at: unknown → Wed 30 Sep 2026")


def test_parameters_are_no_facts_to_change() -> None:
    """The value that a case may state for a parameter is neither asked for nor changed."""
    fields: tuple[ReadField, ...] = PACK.decider.fields
    assert not any("$" in field.name for field in fields)
    evaluator = PACK.decide(CASE).context.evaluator
    assert all(trials(field, row, evaluator) for field in fields for row in evaluator.rows(field.entity))


# --- compare ---


def test_a_comparison_tells_what_keeps_a_rule_from_firing_and_the_parameters_of_each_case() -> None:
    """A moved moment is told as a sum there too, and a parameter that one case states has the pack's value in the other."""
    late = _case(custom={"entered_at": "2026-11-20T10:00:00-05:00"}, parameters={"gap": "4 business days"})
    record, out = PACK.decide(CASE).compare(PACK.decide(late)), io.StringIO()
    render_differences(record, plain_console(out, 400))
    assert (
        "unanswered: application.entered_at: at least 30 days ago, but 30 days after Fri 20 Nov 2026, 10:00 is "
        "Sun 20 Dec 2026, 10:00"
    ) in out.getvalue()
    assert "parameters.gap: as in the pack → 4 business days" in out.getvalue()
