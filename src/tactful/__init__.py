"""What to do after a job interview: a rule-based decision engine for follow-up etiquette.

import tactful

pack = tactful.load()
decision = pack.decide(case)
for action in decision.actions:
    print(action.rank, action.modality, action.label, action.due)
"""

from __future__ import annotations

from tactful.advice import Advice, Decision
from tactful.diagnostics import Diagnostic, InvalidInput, Span, TactfulError
from tactful.engine import Policy, load, loads
from tactful.facts.limits import CaseLimits
from tactful.facts.rows import Case
from tactful.plan import Plan, Planned, Window

__all__ = [
    "Advice",
    "Case",
    "CaseLimits",
    "Decision",
    "Diagnostic",
    "InvalidInput",
    "Plan",
    "Planned",
    "Policy",
    "Span",
    "TactfulError",
    "Window",
    "load",
    "loads",
]
