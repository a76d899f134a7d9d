"""Warnings about sentences that name a fact or a parameter without showing its value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tactful.facts.fields import given_fields
from tactful.language.ir import CheckedPack
from tactful.language.lint.own import Own
from tactful.language.syntax import AddsStep, Amount, Expression, Pack
from tactful.language.terms import LiteralOperand, Name
from tactful.source.codes.lint import OtherText
from tactful.source.diagnostics import Diagnostic

_PLACEHOLDER: Final = re.compile(r"(?<!\{)\{(?!\{)[^{}]*\}")
_NAME: Final = re.compile(r"\$[a-z][a-z0-9_]*|(?<![\w.])[a-z]+\.[a-z][a-z0-9_]*(?![\w.]*@)")
_IN_BRACES: Final = re.compile(r"\{(?P<name>\$?[a-z][a-z0-9_.]*)[^{}]*\}")


def lint_sentences(pack: Pack, checked: CheckedPack, own: Own) -> Iterator[Diagnostic]:
    """The warnings about the sentences of a pack's own files, and about the texts of its tables."""
    names = _names(pack, checked)
    for sentence in _sentences(pack):
        if sentence.span in own:
            bare = _PLACEHOLDER.sub(" ", sentence.text)
            for name in dict.fromkeys(name for name in _NAME.findall(bare) if name in names):
                message = f"`{name}` appears in the sentence as it is, without its value"
                yield OtherText.at(sentence.span, message, f"write `{{{name}}}` to show its value")
    for text in _table_texts(pack):
        match = _IN_BRACES.search(text.text) if text.span in own else None
        if match is not None and match["name"] in names:
            message = f"`{match.group()}` is shown as it is: texts of tables have no placeholders"
            yield OtherText.at(text.span, message, "write it into the sentence that shows the text")


def _names(pack: Pack, checked: CheckedPack) -> frozenset[str]:
    """The facts, and the parameters with a ``$``, that a placeholder can name."""
    given = {f"{entity}.{name}" for entity, fields in given_fields().items() for name in fields}
    custom = {f"{entity}.{name}" for entity, fields in checked.custom.items() for name in fields}
    return frozenset(
        given | custom | {fact.id for fact in checked.facts} | {f"${one.name.text}" for one in pack.parameters}
    )


def _sentences(pack: Pack) -> Iterator[Name]:
    for rule in pack.rules:
        yield rule.because
        if isinstance(rule.conclusion, AddsStep):
            yield rule.conclusion.step
    for action in pack.actions:
        yield from action.steps
        if action.label is not None:
            yield action.label


def _table_texts(pack: Pack) -> Iterator[LiteralOperand]:
    for table in pack.tables:
        values: list[Expression] = [row.value for row in table.rows]
        for value in [*values, *([] if table.otherwise is None else [table.otherwise])]:
            if isinstance(value, Amount) and isinstance(value.operand, LiteralOperand):
                yield value.operand
