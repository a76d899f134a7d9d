"""A moment without seconds, without an offset or with a blank in place of the T is decoded as fast as any other."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import product
from typing import Any, Final

import pytest

import tactful
from tactful.facts import reading
from tactful.facts.reading.custom import Declared
from tactful.facts.reading.moments import parse_moment
from tactful.facts.reading.seconds_added import moments, with_seconds

POLICY: Final = tactful.loads(
    """
pack: {name: probe, version: 1}
custom_facts:
  application: {note: {type: text}}
actions: {call: {about: Probe.}}
rules:
  held:
    about: Probe.
    source: none
    for each: interview
    when: {interview.status: held}
    then: {should: call}
    because: x
"""
)
FORMS: Final = [
    f"2026-11-{{day}}{between}16:30{seconds}{offset}"
    for between, seconds, offset in product("Tt ", ("", ":00", ":00.25"), ("", "Z", "z", "+01:00", "-0530"))
]


def a_case(form: str, application: dict[str, Any] | None = None) -> dict[str, Any]:
    """A case with many moments, all in one form."""
    names = ("sent_at", "ended_at", "received_at", "signed_at", "updated_at", "now")
    day = {name: form.format(day=no) for no, name in enumerate(names, start=11)}
    interview = {"id": "i", "ended_at": day["ended_at"], "status": "held", "interviewers": ["dana"]}
    source = {"system": "ics", "uid": "u", "updated_at": day["updated_at"]}
    return {
        "candidate": {"id": "me", "time_zone": "Europe/Dublin"},
        "applications": [
            {
                "id": "acme",
                "reply_by": "2026-11-30",
                "people": [{"id": "dana"}],
                "interviews": [{**interview, "source": source}],
                "messages": [{"person": "dana", "sent_at": day["sent_at"]}],
                "offer": {"received_at": day["received_at"], "signed_at": day["signed_at"]},
                **(application or {}),
            }
        ],
        "now": day["now"],
    }


def test_names_of_moments_end_alike() -> None:
    """Only such names are looked for. All moments of a case are among them, but for those of handled advice."""
    assert {name for name in moments() if not name.endswith("_at")} == {"now", "at"}
    assert {"sent_at", "ended_at", "received_at", "updated_at"} < moments()


@pytest.fixture
def no_thorough_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading thoroughly, which is slow, fails."""

    def thorough(*_: object, **__: object) -> None:
        raise AssertionError("the case was read thoroughly")

    monkeypatch.setattr(reading, "read_case_node", thorough)


@pytest.mark.usefixtures("no_thorough_reading")
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_decoded(form: str) -> None:
    """From bytes, from text and from a mapping, in any order of keys, to the moment that the thorough reader reads."""
    given = a_case(form)
    expected = parse_moment(given["now"])
    assert expected is not None
    for case in (json.dumps(given).encode(), json.dumps(given, indent=1), given, dict(reversed(given.items()))):
        shape = POLICY.read(case).shape
        assert shape.now == expected
        assert shape.applications[0].messages[0].sent_at == parse_moment(form.format(day=11))


@pytest.mark.usefixtures("no_thorough_reading")
def test_texts_that_look_like_moments_stay_as_they_are() -> None:
    """Names, topics and facts of the pack's own keep what was written, whatever is in it."""
    text = '2026-11-21T16:30", "sent_at": "2026-11-21T16:30'
    own = {"company": text, "custom": {"note": "2026-11-21T16:30"}, "reply_by": "2026-11-21T16:30"}
    shape = POLICY.read(a_case("2026-11-{day}T16:30", own)).shape
    application = shape.applications[0]
    assert (application.company, application.custom, application.reply_by) == (
        text,
        {"note": "2026-11-21T16:30"},
        "2026-11-21T16:30",
    )
    assert application.interviews[0].ended_at == datetime(2026, 11, 12, 16, 30)


@pytest.mark.parametrize("name", sorted(moments()))
def test_a_text_of_the_pack_with_the_name_of_a_moment_is_kept(name: str) -> None:
    """Such a case is read thoroughly, as the key alone does not tell what the text is."""
    policy = tactful.loads(
        f"custom_facts:\n  candidate:\n    {name}: {{type: text}}\nactions: {{call: {{about: Probe.}}}}\n"
    )
    case = a_case("2026-11-{day}T16:30")
    case["candidate"]["custom"] = {name: "2026-11-21T16:30"}
    assert policy.read(case).candidate.custom == {name: "2026-11-21T16:30"}


def test_what_has_all_seconds_is_not_decoded_again() -> None:
    """There is nothing to add, so the mistake lies elsewhere."""
    assert with_seconds(json.dumps(a_case("2026-11-{day}T16:30:00Z")).encode(), Declared()) is None
