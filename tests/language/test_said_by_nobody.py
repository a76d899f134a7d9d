"""What authors leave empty, and what overlays take away, is never silently taken for something."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

import tactful
from tactful.source.diagnostics import Diagnostic, InvalidInput

PACK: Final = """
pack: {name: probe, version: 1}
actions:
  poke: {about: Probe., label: Poke}
rules:
  r1:
    about: Probe.
    source: none
    for each: interview
    when: {interview.status: held}
    then: {should: poke}
    because: x
"""


def _mistakes(text: str | bytes) -> list[Diagnostic]:
    with pytest.raises(InvalidInput) as refusal:
        tactful.loads(text)
    return list(refusal.value.diagnostics)


def _warnings(patch: str, tmp_path: Path) -> list[Diagnostic]:
    """The warnings on an overlay over the pack."""
    (tmp_path / "base.yaml").write_text(PACK)
    (tmp_path / "top.yaml").write_text(f"pack: {{name: top, version: 1}}\nextends: base.yaml\n{patch}")
    return list(tactful.load(tmp_path / "top.yaml").warnings)


@pytest.mark.parametrize("key", ["unless", "by", "from", "until", "priority", "group", "to"])
def test_a_key_with_nothing_after_it(key: str) -> None:
    """It would mean no exception, no deadline, no order."""
    (mistake,) = _mistakes(f"{PACK}    {key}:\n")
    assert mistake.code == "T304"
    assert mistake.message == f"there is nothing below `{key}`"
    assert mistake.help is not None


@pytest.mark.parametrize("nothing", ["", "  # {interview.status: held}", "\n      # interview.status: held"])
def test_conditions_that_are_gone(nothing: str) -> None:
    """A rule whose conditions are not there would hold for everybody. ``{}`` and ``null`` say that on purpose."""
    (mistake,) = _mistakes(PACK.replace(" {interview.status: held}", nothing))
    assert (mistake.code, mistake.message) == ("T304", "there is nothing below `when`")
    for said in ("{}", "null"):
        assert tactful.loads(PACK.replace("{interview.status: held}", said)).name == "probe"


@pytest.mark.parametrize("value", ["[1, 2]", "{a: 1}", "~"])
@pytest.mark.parametrize("key", ["name", "version"])
def test_a_pack_whose_name_or_version_is_no_text(key: str, value: str) -> None:
    """It would be told by another name, or as version 0."""
    written = {"name": "probe", "version": "1"}[key]
    (mistake,) = _mistakes(PACK.replace(f"{key}: {written}", f"{key}: {value}", 1))
    assert (mistake.code, mistake.message) == ("T304", f"`{key}` takes one text")


@pytest.mark.parametrize("space", ["\u00a0", "\u3000", "\u2003", "\u200b"])
def test_an_indent_of_characters_that_look_like_spaces(space: str) -> None:
    """Copied from a page of the web. The message names the character and the first line that has it."""
    (mistake,) = _mistakes(PACK.replace("    about: Probe.", f"{space}   about: Probe."))
    assert mistake.code == "T103"
    assert f"U+{ord(space):04X}" in mistake.message
    assert mistake.span is not None
    assert mistake.span.line == 7


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_pack_or_a_case_in_another_encoding(encoding: str) -> None:
    """As some editors and shells save it. The message names the encoding."""
    (mistake,) = _mistakes(PACK.encode(encoding))
    assert "UTF-16 or UTF-32" in mistake.message
    case = '{"now": "2026-11-23T10:00:00Z", "candidate": {"id": "me"}}'
    with pytest.raises(InvalidInput) as refusal:
        tactful.loads(PACK).decide(case.encode(encoding))
    assert "UTF-16 or UTF-32" in refusal.value.diagnostics[0].message


@pytest.mark.parametrize("then", ["{may: poke}", "{should: nudge}", "{must_not: poke}", "{step: Do., of: poke}"])
def test_an_overlay_that_changes_what_a_rule_advises(then: str, tmp_path: Path) -> None:
    """It is told, unless it says that it means to."""
    actions = "actions: {nudge: {about: x, label: Nudge, outside safety: A probe.}}\n"
    told = _warnings(f"{actions}rules: {{r1: {{then: {then}}}}}\n", tmp_path)
    assert "the new `then` of `r1` changes what this rule of the packs below advises" in [one.message for one in told]
    meant = _warnings(f"{actions}rules: {{r1: {{then: {then}, replaces: yes}}}}\n", tmp_path)
    assert not [one for one in meant if one.code == "T927"]


@pytest.mark.parametrize("then", ["{should: poke}", "{must: poke}"])
def test_an_overlay_that_advises_the_same_or_more_strongly(then: str, tmp_path: Path) -> None:
    """No advice is lost."""
    told = _warnings(f"rules: {{r1: {{then: {then}, priority: 7}}}}\n", tmp_path)
    assert not [one for one in told if one.code == "T927"]


@pytest.mark.parametrize("key", ["because", "source"])
def test_an_overlay_that_takes_a_reason_away(key: str, tmp_path: Path) -> None:
    """People would get advice without a reason."""
    told = _warnings(f'rules: {{r1: {{{key}: ""}}}}\n', tmp_path)
    assert (("T907", f"`r1` has no `{key}`")) in [(one.code, one.message) for one in told]
    assert not [one for one in _warnings(f"rules: {{r1: {{{key}: another}}}}\n", tmp_path) if one.code == "T907"]
