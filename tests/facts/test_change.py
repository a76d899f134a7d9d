"""Facts changed for a what-if: paths, values, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import pytest

import tactful

PACK = tactful.load()
CASE: dict[str, Any] = {
    "now": "2026-11-23T10:00:00-05:00",
    "candidate": {"id": "c", "time_zone": "America/New_York"},
    "applications": [
        {
            "id": "acme",
            "people": [{"id": "dana", "prefers": "email"}, {"id": "lee"}],
            "interviews": [{"id": "onsite", "ended_at": "2026-11-21T16:30:00-05:00", "interviewers": ["dana", "lee"]}],
            "messages": [{"person": "dana", "direction": "sent", "sent_at": "2026-11-22T09:00:00-05:00"}],
        },
        {"id": "beta", "people": [{"id": "dana"}]},
    ],
}


def _changed(**facts: Any) -> tactful.Case:
    return PACK.change(PACK.read(CASE), facts)


def _refused(path: str, value: Any) -> tuple[str, str, str | None]:
    with pytest.raises(tactful.InvalidInput) as caught:
        PACK.change(PACK.read(CASE), {path: value})
    [problem] = caught.value.diagnostics
    return problem.code, problem.message, problem.help


@pytest.mark.parametrize(
    ("path", "value", "read"),
    [
        ("candidate.employed", "yes", lambda case: case.candidate.employed is True),
        ("candidate.notice_period", "2 weeks", lambda case: case.candidate.notice_period == 1_209_600),
        ("application[acme].status", "offered", lambda case: case.families[0].application.status == "offered"),
        ("offer[acme].form", "written", lambda case: case.families[0].offer.form == "written"),
        ("application[acme].offer.conditional", False, lambda case: case.families[0].offer.conditional is False),
        ("application[acme].person[dana].prefers", "phone", lambda case: case.families[0].people[0].prefers == "phone"),
        (
            "person[lee].channels",
            "[email, phone]",
            lambda case: case.families[0].people[1].channels == ("email", "phone"),
        ),
        ("interview[onsite].status", "cancelled", lambda case: case.families[0].interviews[0].status == "cancelled"),
        ("interviewer[onsite/lee].attended", "no", lambda case: case.families[0].interviewers[0][1].attended is False),
        ("message[1].kind", "thank_you", lambda case: case.families[0].messages[0].kind == "thank_you"),
        ("application[acme].reply_by", "2026-11-27", lambda case: case.families[0].application.reply_by == 1795841999),
        ("application[acme].person[dana].prefers", "unknown", lambda case: case.families[0].people[0].prefers is None),
    ],
)
def test_a_path_and_a_value_change_one_fact(path: str, value: Any, read: Any) -> None:
    """What a path names takes the value, and the case that it was made from stays as it was."""
    before = PACK.read(CASE)
    after = PACK.change(before, {path: value})
    assert read(after)
    assert PACK.read(CASE).shape == before.shape
    assert after.now == before.now


@pytest.mark.parametrize("id_", ["p]0", "[", "a.b", "a=b", "a/b ü", "]]", "x[y]z", "two\nlines"])
def test_an_id_may_have_any_signs(id_: str) -> None:
    """Programs choose ids. A path ends an id at the bracket that another part or nothing follows."""
    person = {"id": id_, "name": "Dana Ruiz"}
    case = PACK.read({"candidate": {"id": "sam"}, "applications": [{"id": id_, "company": "Acme", "people": [person]}]})
    for path in (f"person[{id_}].prefers", f"application[{id_}].person[{id_}].prefers"):
        assert PACK.change(case, {path: "phone"}).families[0].people[0].prefers == "phone"


@pytest.mark.parametrize(
    ("path", "value", "code", "message", "help_"),
    [
        ("person[dana].prefers", "phone", "T702", "`person[dana].prefers` may mean several applications: `acme`, `beta`",
         "write `application[acme].` before it"),
        ("person[lee].preferes", "phone", "T701", "person has no field `preferes` to set", "did you mean `prefers`?"),
        ("person[leo].prefers", "phone", "T701", "there is no person `leo`", "did you mean `lee`?"),
        ("persn[lee].prefers", "phone", "T701", "`persn` is not a part of a case", "did you mean `person`?"),
        ("application[acne].status", "offered", "T701", "there is no application `acne`", "did you mean `acme`?"),
        ("application.status", "offered", "T702", "`application.status` may mean several applications: `acme`, `beta`",
         "write `application[acme].` before it"),
        ("person[lee].prefers", "pigeon", "T703", "`pigeon` is not a value of type one of a set",
         "write one of `email`, `phone`, or `unknown`"),
        ("candidate.employed", "perhaps", "T703", "`perhaps` is not a value of type yes/no", "write `yes`, `no` or `unknown`"),
        ("message[2].kind", "other", "T701", "there is no message `2`", "there are `1`"),
        ("employed", "yes", "T701", "`employed` names no field", "write it like `person[dana].prefers`"),
        ("person[lee].__class__", "x", "T701", "person has no field `__class__` to set", None),
        ("candidate.id", "x", "T701", "candidate has no field `id` to set", None),
        ("a b", "x", "T701", "`a b` names no fact", "write it like `person[dana].prefers`"),
    ],
)  # fmt: skip
def test_what_cannot_be_changed_is_reported(path: str, value: Any, code: str, message: str, help_: str | None) -> None:
    """A path that names nothing, or several things, and a value of another type are mistakes with a way out."""
    mistakes = _refused(path, value)
    assert mistakes[:2] == (code, message)
    assert help_ is None or mistakes[2] == help_


def test_all_mistakes_are_reported_at_once() -> None:
    """Two wrong changes give two diagnostics."""
    with pytest.raises(tactful.InvalidInput) as caught:
        _changed(**{"candidate.employed": "perhaps", "person[leo].prefers": "phone"})
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["T703", "T701"]


@pytest.mark.parametrize(
    "changes",
    [
        {"interview[onsite].status": "held", "interview[onsite].ended_at": "2027-01-01T10:00:00Z"},
        {"interview[onsite].starts_at": "2027-01-01T10:00:01Z", "interview[onsite].ended_at": "2027-01-01T10:00:00Z"},
    ],
    ids=["held in the future", "starts after it ends"],
)
def test_a_change_that_does_not_fit_the_other_facts_is_refused(changes: dict[str, str]) -> None:
    """An interview that was held cannot end in the future, for example: changed cases are validated like any other."""
    with pytest.raises(tactful.InvalidInput) as caught:
        _changed(**changes)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["T211"]


CUSTOM: Final = tactful.loads(
    """
pack: {name: probe, version: 1}
custom_facts:
  candidate:
    number: {type: number}
    text: {type: text}
    moment: {type: moment}
    length: {type: duration}
    clock: {type: time of day}
    word: {type: one of, values: [red, green]}
    list: {type: list}
actions: {poke: {about: Probe.}}
rules: {}
"""
)
ODD: Final[dict[str, tuple[Any, ...]]] = {
    "number": (
        float("nan"), float("inf"), float("-inf"), 2**53 + 1, -(2**53) - 1, 10**400, "nan", "inf", "Infinity", "1e400", "0x10",
        "1_000",
        "9007199254740993", "٥", True, "true", [5], {}, b"5", date(2026, 1, 1),
    ),
    "text": ("a\ud800", 5, True, 1.5, [1], ["a"], b"a"),
    "moment": ("soon", 5, 1.5, float("inf"), time(9), "2026-02-30", [], "2026-11-27 "[:4]),
    "length": ("5", 5, "2 business days", "-1 days", timedelta(days=2), "\ud800"),
    "clock": ("24:00", "9", 900, time(9)),
    "word": ("pink", 5, "\ud800", ["red"]),
    "list": (["\ud800"], "a, \ud800", [1], [None], {"a"}, 5),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [pytest.param(name, value, id=f"{name}-{no}") for name in ODD for no, value in enumerate(ODD[name])],
)
def test_a_value_that_no_case_can_hold_is_refused_by_the_path_of_the_change(name: str, value: Any) -> None:
    """Infinite and huge numbers, halves of characters and other types, with a message that can be printed."""
    with pytest.raises(tactful.InvalidInput) as caught:
        CUSTOM.change(CUSTOM.read({"candidate": {"id": "c"}}), {f"candidate.{name}": value})
    [problem] = caught.value.diagnostics
    assert (problem.code, problem.path) == ("T703", f"candidate.{name}")
    assert len(problem.message.encode()) < 200


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("number", 2**53, 2**53),
        ("number", "9007199254740992", 2**53),
        ("number", " 5 ", 5),
        ("number", "1e5", 1e5),
        ("text", "a\u2028b\0", "a\u2028b\0"),
        ("moment", date(2026, 11, 27), 1795823999),
        ("moment", datetime(2026, 11, 27, 10, tzinfo=UTC), 1795773600),
        ("moment", "2026-11-27T10:00:00.9999999Z", 1795773600),
        ("length", "2 weeks", 1_209_600),
        ("clock", "9:00", 32_400),
        ("list", ("a", "b"), ("a", "b")),
        ("list", "[a, b]", ("a", "b")),
    ],
)
def test_a_custom_fact_takes_values_of_its_type(name: str, value: Any, read: Any) -> None:
    """From Python, and as people write them after `--set`."""
    case = CUSTOM.read({"candidate": {"id": "c", "time_zone": "UTC"}})
    assert CUSTOM.change(case, {f"candidate.{name}": value}).candidate.custom[name] == read


def test_a_changed_text_is_no_longer_than_any_other() -> None:
    """The limits of cases hold for changes too."""
    for path in ("candidate.name", "candidate.text"):
        with pytest.raises(tactful.InvalidInput, match="T212"):
            CUSTOM.change(CUSTOM.read({"candidate": {"id": "c"}}), {path: "x" * 10_001})
