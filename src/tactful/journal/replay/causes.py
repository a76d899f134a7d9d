"""Why a decision differs now: the rules and parameters of another pack, or other versions of tactful and its
libraries."""

from __future__ import annotations

from collections.abc import Mapping

from tactful.api.policy import Policy
from tactful.journal.again import changed_versions
from tactful.journal.archive import Archive
from tactful.journal.replay.columns import Question, decide_all
from tactful.journal.replay.said import Plain, said_of
from tactful.language.ir.reads import closure, computed, fields_of_rule
from tactful.language.lint.unused import parameters_read
from tactful.language.load.build import build_pack


class Causes:
    """Finds causes. ``rules``: the pack that is replayed with; ``None``: each decision's own."""

    def __init__(self, archive: Archive, rules: Policy | None) -> None:
        self._archive, self._rules = archive, rules
        self._read: dict[Policy, Mapping[str, frozenset[str]]] = {}
        self._changed: dict[str, frozenset[str]] = {}

    def of(self, question: Question) -> str:
        """Why the decision on a question differs: other rules, other versions, or neither."""
        settings = self._archive.settings(question.settings)
        versions = changed_versions(settings)
        others = self._rules is not None and self._rules.digest != settings.pack.digest
        if others and (not versions or self._own(question) == said_of(question.outcome)):
            return "rules"
        return "versions: " + ", ".join(versions) if versions else "an unknown cause: please report this"

    def _own(self, question: Question) -> list[Plain] | str:
        """The advice by the decision's own rules now."""
        (said,) = decide_all(self._archive.policy(question.settings), [question])
        return said

    def parameters(self, question: Question, rules: frozenset[str]) -> tuple[str, ...]:
        """The parameters with other values that some rules read."""
        if self._rules is None:
            return ()
        then, read = self._archive.policy(question.settings), set[str]()
        for policy in (then, self._rules):
            by_rule = self._parameters_of(policy)
            read.update(name for rule in rules for name in by_rule.get(rule, ()))
        return tuple(sorted(read & self._changed_since(question.settings, then)))

    def _changed_since(self, settings: str, then: Policy) -> frozenset[str]:
        assert self._rules is not None  # the caller asks
        if settings not in self._changed:
            before, after = then.parameters, self._rules.parameters
            names = {*before, *after}
            self._changed[settings] = frozenset(name for name in names if before.get(name) != after.get(name))
        return self._changed[settings]

    def _parameters_of(self, policy: Policy) -> Mapping[str, frozenset[str]]:
        if policy not in self._read:
            self._read[policy] = _parameters_by_rule(policy)
        return self._read[policy]


def _parameters_by_rule(policy: Policy) -> Mapping[str, frozenset[str]]:
    """The parameters that each rule reads, directly and through computed facts."""
    pack, checked = build_pack(list(policy.layers)), policy.checked
    of_fact = {fact.name.text: parameters_read(fact) for fact in (*pack.facts, *pack.tables)}
    of_rule = {rule.id.text: parameters_read(rule) for rule in pack.rules}
    facts = {fact.id: fact for fact in checked.facts}
    return {
        rule.id: of_rule.get(rule.id, frozenset()).union(
            *(of_fact.get(fact, frozenset()) for fact in closure(computed(fields_of_rule(rule)), facts))
        )
        for rule in checked.rules
    }
