"""Texts decoded: characters that YAML does not allow are reported with their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.source.diagnostics import InvalidInput
from tactful.source.nodes import decode

CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r\x85"]


@given(before=st.text("ab \t\n\r~é"), after=st.text("ab\n"), bad=st.sampled_from([*CONTROLS, "\ud800", "\uffff"]))
def test_a_control_character_is_reported_with_its_place(before: str, after: str, bad: str) -> None:
    """The first of them, wherever it is, in ASCII and in other texts."""
    with pytest.raises(InvalidInput) as caught:
        decode(before + bad + after + bad, "a.yaml")
    (mistake,) = caught.value.diagnostics
    assert f"U+{ord(bad):04X}" in mistake.message
    assert mistake.span is not None
    assert mistake.span.start == len(before)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"])))
def test_all_other_texts_pass(text: str) -> None:
    """As they are, given as text or as bytes."""
    assert decode(f"x{text}", "a.yaml") == decode(f"x{text}".encode(), "a.yaml") == f"x{text}"
