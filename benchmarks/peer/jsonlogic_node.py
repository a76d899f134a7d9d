"""JSON Logic, by json-logic-engine: compiled to JavaScript, in Node."""

from __future__ import annotations

from .jsonlogic import RULES, pieces
from .node import NodePeer

SAYS = (
    "Moments in seconds, business days, office hours and local days come from the host (JavaScript).",
    "The same JSON Logic as for datalogic-rs, in pieces: this engine reaches no further than two scopes up. The host goes"
    " through the rows, and hands each piece what those before it found.",
    "Deadlines and what fires come back as lists of numbers; the host puts the rules' names to them.",
)


def peer() -> NodePeer:
    """The peer."""
    setup = {"pieces": pieces(), "rules": RULES}
    return NodePeer("JSON Logic (json-logic-engine, Node)", "json-logic-engine", "json_logic", SAYS, setup)
