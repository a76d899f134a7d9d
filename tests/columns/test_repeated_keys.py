"""A key twice in an object of JSON: found in texts, whatever else they have that is left out when cases are written."""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tactful
from tactful.batch.decide import columnar
from tactful.batch.lines import Line
from tactful.batch.model import Options
from tactful.columns.repeated_keys import repeated_keys
from tactful.facts.reading import read_case

POLICY: Final = tactful.load()
BEGIN: Final = b'{"candidate": {"id": "a"'
APPLICATION: Final = b', "applications": [{"id": "x", "people": [{"id": "p", "name": "P"'
#: Texts with a key twice: the place of the value that is lost makes no difference, nor does its value.
TWICE: Final = (
    b'{"candidate": {"id": "b"}, "candidate": {"id": "a"}}',
    BEGIN + b', "id": "a"}}',
    BEGIN + b', "employed": true, "employed": true}}',
    BEGIN + b', "employed": null, "employed": true}}',
    BEGIN + b', "employed": true, "employed": null}}',
    BEGIN + b', "name": null, "name": null}}',
    BEGIN + b', "employed": true, "\\u0065mployed": false}}',
    BEGIN + b', "name": "\\u0022", "name": "\\u0022\\u0022"}}',
    BEGIN + b', "name": "say \\"null\\"", "employed" : true ,\t"employed"\t:\tfalse}}',
    BEGIN + b"}" + APPLICATION + b', "role": "recruiter", "role": "recruiter"}]}]}',
    BEGIN + b"}" + APPLICATION + b'}], "people": []}]}',
    BEGIN + b"}" + APPLICATION + b'}]}], "applications": []}',
    b'{"now": "2026-11-30T15:00:00Z", "now": "2026-11-30T15:00:00Z", "candidate": {"id": "a"}}',
)
#: Texts without one, some of which are shorter when they are written again, and some longer.
ONCE: Final = (
    BEGIN + b"}}",
    BEGIN + b', "name": null, "employed": null, "custom": null}, "applications": []}',
    BEGIN + b', "name": "\\u0022id\\u0022: \\"id\\""}}',
    BEGIN + b', "name": "\\u006e\\u0022ull"}}',
    BEGIN + b', "name": "null, null"}}',
    BEGIN + b"}" + APPLICATION + b', "topics": [], "channels": null}, {"id": "q", "name": "P"}], "messages": []}]}',
    b'{"now": "2026-11-30T15:00Z", "candidate": {"id": "a", "time_zone": "UTC"}}',
    b'{"now": "2026-11-30T15:00:00.5+0000", "candidate": {"id": "a", "name": "\\u0022"}}',
)


def unchecked(text: bytes) -> tactful.Case:
    """The case of a text, in which the last of several keys counts."""
    decider = POLICY.decider
    return read_case(text, POLICY.calendars, decider.declared, decider.limits, None, keys_checked=True)


def test_the_texts_with_a_key_twice_are_found() -> None:
    """Alone, and among others."""
    for texts in (TWICE, ONCE, (*ONCE, *TWICE), (ONCE[0], ONCE[0]), (ONCE[0], TWICE[0], ONCE[0]), ()):
        found = repeated_keys(texts, [unchecked(text) for text in texts])
        assert found == [no for no, text in enumerate(texts) if text in TWICE]


@pytest.mark.parametrize("text", TWICE)
def test_a_program_is_told_of_a_key_twice_with_its_path(text: bytes) -> None:
    """By each form that JSON can have in a program, with the code that files have for it."""
    with pytest.raises(tactful.InvalidInput) as caught:
        POLICY.read_text(text, "case.json")
    from_file = [(problem.code, problem.path) for problem in caught.value.diagnostics]
    assert all(problem.span is not None for problem in caught.value.diagnostics)
    for form in (text, text.decode(), bytearray(text), memoryview(text)):
        with pytest.raises(tactful.InvalidInput) as refused:
            POLICY.decide(form)
        assert [(problem.code, problem.place()) for problem in refused.value.diagnostics] == from_file


@pytest.mark.parametrize("text", ONCE)
def test_a_program_may_give_each_key_once(text: bytes) -> None:
    """Nulls, defaults and escapes make no text a mistake."""
    for form in (text, text.decode(), bytearray(text), memoryview(text)):
        assert POLICY.read(form).candidate.id == "a"


def test_a_path_leads_to_the_key() -> None:
    """Through lists and objects."""
    with pytest.raises(tactful.InvalidInput) as caught:
        POLICY.read(TWICE[9])
    assert [problem.place() for problem in caught.value.diagnostics] == ["applications[0].people[0].role"]


@pytest.mark.parametrize("text", TWICE)
def test_a_line_with_a_key_twice_is_rejected(text: bytes) -> None:
    """With the code that files have for it; its neighbours are decided."""
    with pytest.raises(tactful.InvalidInput) as caught:
        POLICY.read_text(text, "case.json")
    decided = columnar(POLICY, Options(), 0).lines([Line(1, ONCE[0]), Line(2, text), Line(3, ONCE[0])])
    assert [(reject.line, reject.code, reject.message) for reject in decided.rejects] == [
        (2, problem.code, problem.message) for problem in caught.value.diagnostics
    ]
    assert {reject.code for reject in decided.rejects} == {"T104"}
    assert [reject.path for reject in decided.rejects] == [problem.path for problem in caught.value.diagnostics]
    assert (len(decided.ids), decided.rejected, [*decided.lines]) == (2, 1, [1, 3])


_NAMES: Final = ("name", "email", "employed", "searching", "notice_period")
_VALUES: Final = {
    "name": st.sampled_from(["", 'say "x"', "null", ":", "\\", "\u2028", "a"]),
    "email": st.sampled_from(["a@b", '"', ""]),
    "employed": st.booleans(),
    "searching": st.booleans(),
    "notice_period": st.just("2 weeks"),
}


@given(st.data())
def test_drawn_texts(data: st.DataObject) -> None:
    """A text has a key twice exactly if its keys are fewer when each counts once."""
    texts, twice = [], []
    for _ in range(data.draw(st.integers(1, 4))):
        names = data.draw(st.lists(st.sampled_from(_NAMES), max_size=6))
        pairs = [("id", "a"), *((name, data.draw(st.none() | _VALUES[name])) for name in names)]
        inner = ", ".join(f"{_text(name, data)}: {_text(value, data)}" for name, value in pairs)
        texts.append(f'{{"candidate": {{{inner}}}}}'.encode())
        twice.append(len(set(names)) < len(names))
    cases = [unchecked(text) for text in texts]
    assert repeated_keys(texts, cases) == [no for no, repeated in enumerate(twice) if repeated]
    assert [msgspec.json.decode(text)["candidate"]["id"] for text in texts] == [case.candidate.id for case in cases]


def _text(value: Any, data: st.DataObject) -> str:
    """A value as JSON, its characters escaped or not."""
    if isinstance(value, str) and data.draw(st.booleans()):
        return '"' + "".join(f"\\u{ord(character):04x}" for character in value) + '"'
    return json.dumps(value, ensure_ascii=data.draw(st.booleans()))
