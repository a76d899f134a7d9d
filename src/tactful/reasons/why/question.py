"""The subject of a question: an action with all its kinds, and the rows that an id names."""

from __future__ import annotations

from collections.abc import Iterator

from tactful.facts.rows import Case, Row
from tactful.language.ir import CheckedPack
from tactful.reasons.records.why import UnknownName
from tactful.source.suggest import did_you_mean


def kinds_of(checked: CheckedPack, action: str) -> frozenset[str]:
    """The action and all actions that are a kind of it. Raises :class:`UnknownName` if the pack has no such action."""
    if action not in checked.actions:
        help_ = did_you_mean(action, checked.actions) or f"it has {', '.join(sorted(checked.actions)) or 'none'}"
        raise UnknownName(f"the pack has no action `{action}`; {help_}")
    return frozenset(id_ for id_, kind in checked.actions.items() if action in kind.family)


def rows_named(case: Case, target: str) -> list[Row]:
    """All rows with the id ``target``, or with the full id ``application/id``.

    Raises :class:`UnknownName` if there is no such row.
    """
    named = list(_names(case))
    rows = [row for id_, _, row in named if id_ == target] or [row for _, full, row in named if full == target]
    if not rows:
        known = dict.fromkeys(id_ for id_, _, _ in named)
        raise UnknownName(
            f"the case has no `{target}`; {did_you_mean(target, known) or f'it has {_some(list(known))}'}"
        )
    return rows


def _names(case: Case) -> Iterator[tuple[str, str, Row]]:
    """Every row that can be asked about, with its id and its full id. Interviewers are asked about as people."""
    yield case.candidate.id, "", case.candidate
    for family in case.families:
        own = family.application.id
        yield own, "", family.application
        for row in (*family.people, *family.interviews, *family.messages):
            yield row.id, f"{own}/{row.id}", row


def _some(known: list[str]) -> str:
    return ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
