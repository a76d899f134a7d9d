"""Explained answers: the frozen policy's decision as JSON, with each engine's own trace or reasons switched on.

Each answer begins with the bytes of a case and ends with bytes that a program could show or keep. What an engine tells by
itself is all that counts as its explanation; nothing is added by the host, except for the sentences of the hand-written
function, which are the policy's.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from frozen import frozen_policy
from tactful.language.ir import AddStep, FieldSlot, ParameterSlot, Template

from . import handwritten
from .protocol import Peer
from .ranking import rank

Answer = Callable[[bytes], bytes]
#: For each rule: the pieces of its sentence. A piece that is no text names what is filled in, and what stands for it.
Sentences = dict[str, tuple[str | tuple[str, str], ...]]


class Explained(NamedTuple):
    """A peer whose firings were verified, what its answer explains, and the answer."""

    name: str
    explains: str
    peer: Peer
    answer: Answer


def _ours(peer: Any) -> tuple[str, Answer]:
    policy = peer._policy
    policy.warm()
    says = "each rule's sentence and source, its conditions with the values they met, since when, steps, what lost and to what"
    return says, lambda raw: policy.decide(raw).to_json()


# --- the hand-written function, with sentences ---


def _sentences() -> Sentences:
    """The sentences of the frozen policy, as a program by hand would have them."""
    rules = (rule for rule in frozen_policy().checked.rules if not isinstance(rule.conclusion, AddStep))
    return {rule.id: tuple(_pieces(rule.because)) for rule in rules}


def _pieces(template: Template) -> Iterator[str | tuple[str, str]]:
    for part in template:
        match part:
            case str():
                yield part
            case ParameterSlot(texts=texts):
                yield ", ".join(texts)
            case FieldSlot(field=field, default=default):
                yield field.key, default or "then"


def _handwritten(_: Any) -> tuple[str, Answer]:
    sentences, encode = _sentences(), msgspec.json.Encoder().encode

    def answer(raw: bytes) -> bytes:
        fired = handwritten.fire(raw)
        ranking = handwritten.rank(fired)
        names = _names(msgspec.json.decode(raw))
        ranked = [
            {
                "action": action,
                "target": target,
                "priority": -order,
                "due": due,
                "because": [
                    {"rule": rule.id, "text": _filled(sentences[rule.id], names, row)} for rule, row, *_ in firings
                ],
            }
            for order, due, _, action, target, firings in ranking.ranked
        ]
        return encode(ranked)

    return "a sentence for each rule, with names; no conditions, no values, no since when, no steps", answer


def _names(case: dict[str, Any]) -> dict[tuple[str, str], dict[str, str]]:
    """What sentences call each application and person: by the ids of application and row."""
    names: dict[tuple[str, str], dict[str, str]] = {}
    for application in case.get("applications") or ():
        company = {"company": application["company"]} if application.get("company") else {}
        names[application["id"], application["id"]] = company
        for person in application.get("people") or ():
            own = {"name": person["name"]} if person.get("name") else {}
            names[application["id"], person["id"]] = company | own
    return names


def _filled(
    sentence: tuple[str | tuple[str, str], ...], names: dict[tuple[str, str], dict[str, str]], row: handwritten.Key
) -> str:
    known = names.get((row[1], row[3])) or names.get((row[1], row[1])) or {}
    return "".join(piece if isinstance(piece, str) else known.get(*piece) for piece in sentence)


# --- engines ---


def _zen(peer: Any) -> tuple[str, Answer]:
    from .prepare import prepared
    from .zen import _KEY, _fired

    encode = msgspec.json.Encoder().encode

    def answer(raw: bytes) -> bytes:
        told = peer._engine.evaluate(_KEY, encode(prepared(raw)), {"trace": True})
        return encode({"ranked": _plain(_fired(told["result"]), raw), "trace": told["trace"]})

    return "the input and output of each node, and of each table the rows that hit; no sentences", answer


def _rego(peer: Any) -> tuple[str, Answer]:
    peer._engine.set_enable_coverage(True)
    encode = msgspec.json.Encoder().encode

    def answer(raw: bytes) -> bytes:
        peer._engine.clear_coverage_data()
        (fired,) = peer.fire([raw])
        lines = msgspec.Raw(peer._engine.get_coverage_report_as_json().encode())
        return encode({"ranked": _plain(fired, raw), "coverage": lines})

    return "the lines of the policy that were evaluated (coverage is the nearest thing to a trace); no values", answer


def _plain_answer(says: str) -> Callable[[Any], tuple[str, Answer]]:
    """For engines that tell nothing but the result."""
    encode = msgspec.json.Encoder().encode

    def prepared_for(peer: Any) -> tuple[str, Answer]:
        return says, lambda raw: encode(_plain(peer.fire([raw])[0], raw))

    return prepared_for


def _plain(fired: Sequence[Any], raw: bytes) -> list[Any]:
    """The ranked decision of an engine that cannot rank, in plain values."""
    ranked, _ = rank(fired, raw)
    return [
        {
            "action": item.action,
            "target": item.target,
            "priority": item.priority,
            "due": item.due,
            "rules": [rule for rule, *_ in item.fired],
        }
        for item in ranked
    ]


#: The modules of the peers, tactful first, with what makes their explained answers.
PEERS: Final[dict[str, Callable[[Any], tuple[str, Answer]]]] = {
    "ours": _ours,
    "handwritten": _handwritten,
    "zen": _zen,
    "cel": _plain_answer("nothing: the ids of the rules; a runtime of CEL keeps no value of a part of an expression"),
    "cel_cpp": _plain_answer(
        "nothing: the ids of the rules; a runtime of CEL keeps no value of a part of an expression"
    ),
    "datalogic": _plain_answer("nothing: the ids of the rules"),
    "rego": _rego,
    "durable_peer": _plain_answer(
        "nothing: the ids of the rules; durable-rules hands facts to the action and keeps no trace"
    ),
}


def explained(module: str) -> Explained:
    """A peer, loaded and ready to explain. Raises ``ImportError`` if it is not installed."""
    peer: Peer = importlib.import_module(f"peer.{module}").peer()
    peer.load()
    says, answer = PEERS[module](peer)
    return Explained(peer.name, says, peer, answer)
