"""json-rules-engine, in Node."""

from __future__ import annotations

from .node import NodePeer

SAYS = (
    "Moments in seconds, business days, office hours and local days come from the host (JavaScript).",
    "Its conditions have no aggregates, joins or arithmetic: computed facts and deadlines are JavaScript functions.",
    "One engine for each kind of row, run once for each row; a run is asynchronous.",
)


def peer() -> NodePeer:
    """The peer."""
    return NodePeer("json-rules-engine (Node)", "json-rules-engine", "json_rules", SAYS, {})
