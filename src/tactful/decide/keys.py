"""Keys of advice: opaque ids that stay the same for as long as it is the same piece of advice.

A key is made from the action, whether it is forbidden, the target, and the occasion: the values of the fields that the action
names for it. Messages have no ids of their own, so those with equal fields are counted. Rules, priorities, deadlines and
texts play no part.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from struct import Struct
from typing import Final

import msgspec

from tactful.decide.conclusions import Conclusion
from tactful.engines.evaluate import Evaluator
from tactful.facts.entities import SCOPES
from tactful.facts.kinds import Value
from tactful.facts.rows import Case, MessageRow, Row, row_key
from tactful.language.ir import CheckedPack, Field

#: The size of a key in bytes. By chance, two of a million pieces of advice have the same key once in two trillion cases.
_SIZE: Final = 10
_ENCODER: Final = msgspec.json.Encoder()
#: An empty hash. A copy of it is made in half the time of a new one.
_HASH: Final = blake2b(digest_size=_SIZE)
_DIGITS: Final = "abcdefghijklmnopqrstuvwxyz234567"
#: The two halves of a key, each as its first 8 bits and the other 32: numbers of more than 60 bits are slow.
_HALVES: Final = Struct(">BIBI").unpack
#: All pairs of digits, by ten bits.
_PAIRS: Final = tuple(first + second for first in _DIGITS for second in _DIGITS)


class Keys:
    """The keys of a pack's advice. Immutable."""

    def __init__(self, checked: CheckedPack) -> None:
        self._occasions = {id_: action.occasion for id_, action in checked.actions.items()}
        self._old = checked.old_actions

    def of(self, conclusion: Conclusion, evaluator: Evaluator) -> str:
        """The key of a conclusion: 16 lower-case letters and digits."""
        return key_of(conclusion, self.occasion(conclusion, evaluator), evaluator.case)

    def all_of(self, conclusion: Conclusion, evaluator: Evaluator) -> tuple[str, ...]:
        """The key of a conclusion, and the keys that it had when its action had other names."""
        occasion = self.occasion(conclusion, evaluator)
        names = (conclusion.action, *self._old.get(conclusion.action, ()))
        return tuple(key_of(conclusion, occasion, evaluator.case, name) for name in names)

    def occasion(self, conclusion: Conclusion, evaluator: Evaluator) -> tuple[Value, ...]:
        """The values of the fields that tell the occasion of the conclusion."""
        target = conclusion.target
        return tuple(_value(field, target, evaluator) for field in self._occasions[conclusion.action])


def _value(field: Field, row: Row, evaluator: Evaluator) -> Value:
    if field.scope not in SCOPES[row.entity]:
        return None
    return evaluator.value(field, evaluator.environment(row.entity, row))


def key_of(conclusion: Conclusion, occasion: Sequence[Value], case: Case, action: str | None = None) -> str:
    """The key of a conclusion on an occasion: the values of the fields that its action names for it.

    ``action``: another name of its action.
    """
    target = conclusion.target
    plan = conclusion.plan
    subject = action or plan.action, plan.prohibits, row_key(target), occasion
    twins = _twins_before(target, case) if type(target) is MessageRow else 0
    about = _ENCODER.encode((*subject, twins) if twins else subject)
    hashed = _HASH.copy()
    hashed.update(about)
    high, low, high_again, low_again = _HALVES(hashed.digest())
    # In base 32, ten bits at a time; ``base64`` takes ten times as long.
    pairs = _PAIRS
    return (
        f"{pairs[high << 2 | low >> 30]}{pairs[low >> 20 & 1023]}{pairs[low >> 10 & 1023]}{pairs[low & 1023]}"
        f"{pairs[high_again << 2 | low_again >> 30]}{pairs[low_again >> 20 & 1023]}"
        f"{pairs[low_again >> 10 & 1023]}{pairs[low_again & 1023]}"
    )


def _twins_before(message: MessageRow, case: Case) -> int:
    """How many messages before this one have the same id, which is made of some of their fields."""
    others = case.families[message.application.no].messages
    return sum(
        other.sent_at == message.sent_at and other.no < message.no and other.id == message.id for other in others
    )
