"""What to do after a job interview: a rule-based decision engine for follow-up etiquette.

import tactful

pack = tactful.load()
decision = pack.decide(case)
for action in decision.actions:
    print(action.rank, action.modality, action.label, action.due)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tactful.api.decision import Advice, Decision
from tactful.api.plan import Plan, Planned, Window
from tactful.api.policy import Policy, load, loads
from tactful.engines.rete import Rete
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.rows import Case
from tactful.source.diagnostics import Diagnostic, EngineError, InvalidInput, Span, TactfulError

__all__ = [
    "Advice",
    "Case",
    "CaseLimits",
    "Decision",
    "Diagnostic",
    "EngineError",
    "InvalidInput",
    "Plan",
    "Planned",
    "Policy",
    "Rete",
    "Span",
    "TactfulError",
    "Window",
    "__version__",
    "load",
    "loads",
    "plan_to_html",
    "plan_to_ics",
    "plan_to_svg",
]

if TYPE_CHECKING:
    __version__: str
else:

    def __getattr__(name: str) -> str:
        """``__version__``, read from the installed package's metadata when it is asked for."""
        if name != "__version__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("tactful")
        except PackageNotFoundError:  # a source tree that is not installed
            return "unknown"


def plan_to_svg(plan: Plan, application: str | None = None) -> bytes:
    """A plan's chart as one SVG file (UTF-8). ``application``: only what concerns that one, or the candidate."""
    from tactful.formats.exporters import svg  # formats are loaded by those who want them

    return svg.plan_to_svg(plan, application)


def plan_to_html(plan: Plan, application: str | None = None) -> bytes:
    """A plan as one HTML page (UTF-8): chart, agenda and reasons. ``application`` as in :func:`plan_to_svg`."""
    from tactful.formats.exporters import html

    return html.plan_to_html(plan, application)


def plan_to_ics(plan: Plan, previous: bytes | None = None, application: str | None = None) -> bytes:
    """A plan as iCalendar (RFC 5545, UTF-8). ``application`` as in :func:`plan_to_svg`.

    ``previous``: what this gave the last time. Entries that are as they were keep their SEQUENCE, changed ones get the
    next, and those no longer advised are cancelled. Raises :class:`tactful.InvalidInput` where it is something else.
    """
    from tactful.formats.exporters import ics

    return ics.plan_to_ics(plan, previous, application)
