"""Phrases: what each class says of itself agrees with the parser."""

from __future__ import annotations

import pytest

from tactful.language.phrases import KINDS, PHRASES, Phrase, parse_phrase
from tactful.source.diagnostics import Diagnostic, Span
from tactful.source.nodes import Scalar


def _parsed(text: str) -> Phrase:
    mistakes: list[Diagnostic] = []
    parsed = parse_phrase(Scalar(text, True, Span("pack.yaml", 0, len(text), 1, 1)), mistakes.append)
    assert mistakes == []
    return parsed[0].phrase


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.__name__)
def test_every_example_of_a_phrase_is_read_as_that_phrase(phrase: type[Phrase]) -> None:
    """No phrase that is tried earlier takes the examples of a later one."""
    for kind in phrase.kinds:
        assert phrase.examples(kind)
        assert all(type(_parsed(example)) is phrase for example in phrase.examples(kind))


def test_every_kind_of_field_has_phrases_that_messages_suggest() -> None:
    """A message about a phrase that a field does not take names at least one that it does."""
    for kind in KINDS:
        assert any(phrase.hints.get(kind) for phrase in PHRASES)
        assert all(kind in phrase.kinds for phrase in PHRASES if kind in phrase.hints)
