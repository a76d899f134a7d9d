"""Ranking over columns held against ranking case by case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import tactful
from drawn import EXAMPLES_DRAWN, cases, packs, several_candidates
from expected_tables import by_candidate, expected, in_columns
from reference_cases import NOW
from reference_cases import cases as reference_cases
from shipped_cases import PACKS, shipped
from shipped_cases import cases as shipped_cases
from tactful.columns.engine import columnar_program
from tactful.columns.from_cases import columns_of
from tactful.columns.ranking import ColumnRanker, sorting
from tactful.engines.firings import RawFiring
from tactful.facts.entities import SCOPES
from tactful.facts.rows import Case, Row
from tactful.language.ir import AddStep

#: Families in which there is one per everything that there can be one of, on several levels at once.
ACTIONS: Final = {
    "contact": {"about": "reach", "one per": "application"},
    "note": {"about": "write", "is_a": "contact"},
    "call": {"about": "call", "is_a": "contact", "one per": "person"},
    "ring": {"about": "call again", "is_a": "call", "one per": "candidate"},
    "rest": {"about": "do nothing", "one per": "candidate", "kind": "wait"},
    "sleep": {"about": "do less", "is_a": "rest", "kind": "avoid"},
    "stay": {"about": "stay", "one per": "person", "kind": "standing", "due": "by"},
    "wave": {"about": "wave", "is_a": "stay"},
    "look": {"about": "look"},
}
#: Whom a rule for each entity can be about.
TARGETS: Final = {
    entity: [
        *scope,
        *(["application.contact_via"] if "application" in scope else []),
        *(["interviewer.id"] if entity == "interviewer" else []),
    ]
    for entity, scope in SCOPES.items()
}
#: Deadlines: none, before 1970, ones that are often the same, after 2106.
DUES: Final = (None, None, -90_000, 0, NOW, NOW + 1, 5_000_000_000, 7_000_000_000)
one_of_both = st.one_of(reference_cases, shipped_cases)


#: What rules of a pack say, and what they are for: all sorts of things, or only some, so that those meet more often.
MODALITIES: Final = (
    ("must", "should", "may", "should_not", "must_not", "step"),
    ("must", "should", "may"),
    ("should", "must_not", "step"),
)
ENTITIES: Final = (tuple(SCOPES), ("person", "interviewer", "message"), ("interview", "interviewer", "person"))


#: What can sort conclusions: fields of every entity, so that some targets have them in scope and others do not.
ORDERS: Final[list[dict[str, str]]] = [
    {"application.reply_by": "latest first"},
    {"application.preferred": "yes first"},
    {"person.invited_call": "no first"},
    {"person.business_day": "yes first"},
    {"interview.ended_at": "earliest first"},
    {"interviewer.attended": "yes first"},
    {"interviewer.invited_call": "yes first"},
    {"message.sent_at": "latest first"},
    {"offer.answer_by": "earliest first"},
]


@st.composite
def busy_packs(draw: Any) -> str:
    """A pack whose conclusions meet: many rules, few actions, few priorities."""
    modalities, entities = draw(st.sampled_from(MODALITIES)), draw(st.sampled_from(ENTITIES))
    rules = {}
    for no in range(draw(st.integers(1, 12))):
        entity = draw(st.sampled_from(entities))
        modality = draw(st.sampled_from(modalities))
        action = draw(st.sampled_from(["call", "call", "ring", "note", "wave", *ACTIONS]))
        then = {"step": "mind", "of": action} if modality == "step" else {modality: action}
        rules[f"r{no}"] = {
            "for each": entity,
            "then": {**then, "to": draw(st.sampled_from([entity, *TARGETS[entity]]))},
            "because": "so",
            "priority": draw(st.sampled_from([0, 50, 50, 60, 100])),
            "safety": modality.endswith("not") and draw(st.booleans()),
        }
    orders = st.lists(st.sampled_from(ORDERS), max_size=3)
    actions = {id_: {**action, "order": draw(orders)} for id_, action in ACTIONS.items()}
    return yaml.safe_dump({"actions": actions, "rules": rules})


def assert_ranked_alike(
    policy: tactful.Policy, read: Sequence[Case], firings: Sequence[list[RawFiring]], steps: Sequence[list[RawFiring]]
) -> None:
    """The tables say of each case what is concluded where this fires."""
    columns = columns_of(read, [NOW] * len(read), policy.checked.carried)
    ranker = ColumnRanker(policy.checked)
    values = columnar_program(policy.checked, policy.calendars).values
    tables = ranker.rank(columns, in_columns(read, firings, columns), in_columns(read, steps, columns), values)
    assert tables.steps is not None
    named = {"actions": tables.actions, "justifications": tables.justifications, "steps": tables.steps}
    for table in named.values():
        table.validate(full=True)
    by_id = by_candidate(named)
    for case, mine, added in zip(read, firings, steps, strict=True):
        one = by_id.get(case.candidate.id, {})
        assert {"actions": [], "justifications": [], "steps": [], **one} == expected(policy, case, NOW, mine, added)


@settings(max_examples=EXAMPLES_DRAWN)
@given(
    text=busy_packs(),
    data=several_candidates(one_of_both),
    random=st.randoms(use_true_random=False),
    often=st.sampled_from([2, 9]),
)
def test_whatever_fires_is_ranked_alike(text: str, data: list[dict[str, Any]], random: Any, often: int) -> None:
    """Conflicts, families, one per several things, deadlines of any year, ties, targets by id that there are or not.

    Each pack is ranked as it is, and as if it were too large for what is sorted to go into a whole number.
    """
    policy = tactful.loads(text)
    read = [policy.read(one) for one in data]
    firings: list[list[RawFiring]] = [[] for _ in read]
    steps: list[list[RawFiring]] = [[] for _ in read]
    for no, case in enumerate(read):
        for rule in policy.checked.rules:
            for row in rows_of(policy, case, rule.entity):
                if random.randrange(10) < often:
                    into = steps if isinstance(rule.conclusion, AddStep) else firings
                    into[no].append((rule.no, row, random.choice(DUES)))
        random.shuffle(firings[no])
    assert_ranked_alike(policy, read, firings, steps)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorting, "BITS", 0)
        assert_ranked_alike(policy, read, firings, steps)


def rows_of(policy: tactful.Policy, case: Case, entity: str) -> list[Row]:
    """All rows of an entity."""
    return list(policy.decider.evaluator(case, NOW).rows(entity))


@settings(max_examples=EXAMPLES_DRAWN)
@given(text=packs(), data=several_candidates(cases()), days=st.integers(-200, 200))
def test_drawn_packs_are_ranked_alike(text: str, data: list[dict[str, Any]], days: int) -> None:
    """Packs over the whole language, several cases at once."""
    policy, now = tactful.loads(text), NOW + days * 86_400
    read = [policy.read(one) for one in data]
    firings, steps = ([fires(case, now) for case in read] for fires in (policy.decider.fire, policy.decider.steps))
    assert_ranked_alike(policy, read, firings, steps)


@settings(max_examples=max(10, EXAMPLES_DRAWN // 4))
@given(data=several_candidates(shipped_cases), name=st.sampled_from(PACKS))
def test_the_shipped_packs_are_ranked_alike(data: list[dict[str, Any]], name: str) -> None:
    """The shipped packs and cases of their kind."""
    policy = shipped(name)
    read = [policy.read(one) for one in data]
    firings, steps = (
        [fires(case, case.now or NOW) for case in read] for fires in (policy.decider.fire, policy.decider.steps)
    )
    assert_ranked_alike(policy, read, firings, steps)
