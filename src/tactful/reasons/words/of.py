"""The words of a pack's language."""

from __future__ import annotations

from tactful.decide.decider import Decider
from tactful.reasons.words import ENGLISH, Words
from tactful.source.first_use import FIRST_USE


def words_of(decider: Decider) -> Words:
    """The words for decisions of a decider, in its language."""
    if decider.catalog is None:
        return ENGLISH
    with FIRST_USE:
        from tactful.reasons.words.translated import Translated  # takes Babel

    return Translated(decider.catalog)
