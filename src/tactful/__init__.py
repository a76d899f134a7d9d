"""What to do after a job interview: a rule-based decision engine for follow-up etiquette.

    import tactful

    pack = tactful.load()
    decision = pack.decide(case)
    for action in decision.actions:
        print(action.rank, action.modality, action.label, action.due)

``load`` returns a :class:`Policy`. ``case`` is a mapping, JSON, or a :class:`Case` that ``pack.read`` returned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tactful.api import pickling
from tactful.api.advice import Advice
from tactful.api.contents import ActionInfo, FactInfo, ParameterInfo
from tactful.api.decision import Decision
from tactful.api.plan import Plan, Planned, Window
from tactful.api.policy import Policy, load, loads
from tactful.api.watch import Watch
from tactful.decide.decider import EngineName
from tactful.decide.invariants import Violation
from tactful.engines.rete import Rete
from tactful.facts.calendars import Calendar
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.rows import Case
from tactful.language.load import Locations
from tactful.reasons.records.comparison import ComparisonRecord
from tactful.reasons.records.decision import (
    ActionRecord,
    AlternativeRecord,
    AnswerRecord,
    DecisionRecord,
    EffectRecord,
    InvariantOffRecord,
    JustificationRecord,
    MadeWithRecord,
    MessageRecord,
    MessagesRecord,
    OutsideSafetyRecord,
    OverrideRecord,
    PlannedRecord,
    PlanRecord,
    QuestionRecord,
    SetAsideRecord,
    TargetRecord,
    WinnerRecord,
)
from tactful.reasons.records.why import WhyRecord
from tactful.source.diagnostics import Diagnostic, EngineError, InvalidInput, Span, TactfulError

__all__ = [
    "ActionInfo",
    "ActionRecord",
    "Advice",
    "AlternativeRecord",
    "AnswerRecord",
    "Calendar",
    "Case",
    "CaseLimits",
    "ComparisonRecord",
    "Decision",
    "DecisionRecord",
    "Diagnostic",
    "EffectRecord",
    "EngineError",
    "FactInfo",
    "InvalidInput",
    "InvariantOffRecord",
    "JustificationRecord",
    "MadeWithRecord",
    "MessageRecord",
    "MessagesRecord",
    "OutsideSafetyRecord",
    "OverrideRecord",
    "ParameterInfo",
    "Plan",
    "PlanRecord",
    "Planned",
    "PlannedRecord",
    "Policy",
    "QuestionRecord",
    "Rete",
    "SetAsideRecord",
    "Span",
    "TactfulError",
    "TargetRecord",
    "Violation",
    "Watch",
    "WhyRecord",
    "Window",
    "WinnerRecord",
    "__version__",
    "load",
    "loads",
    "plan_to_html",
    "plan_to_ics",
    "plan_to_svg",
    "watch",
]

pickling.register()

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


def watch(
    pack: Locations = "default",
    *,
    seconds: float = 1.0,
    limits: CaseLimits | None = None,
    engine: EngineName | Rete = "compiled",
) -> Watch:
    """Load a pack and follow its files: :attr:`Watch.policy` is the current policy, or the last one without mistakes.

    The files are checked when the policy is asked for, at most once every ``seconds`` seconds. Otherwise as
    :func:`load`.
    """
    return Watch(load(pack, limits=limits, engine=engine), seconds)


def plan_to_svg(plan: Plan, application: str | None = None) -> bytes:
    """A plan's chart as one SVG file (UTF-8).

    ``application`` is an id: the chart then has only what concerns that application or the candidate as a whole.
    """
    from tactful.formats.exporters import svg  # loaded on first use, like every format

    return svg.plan_to_svg(plan, application)


def plan_to_html(plan: Plan, application: str | None = None) -> bytes:
    """A plan as one HTML page (UTF-8) with chart, agenda and reasons. ``application`` as in :func:`plan_to_svg`."""
    from tactful.formats.exporters import html

    return html.plan_to_html(plan, application)


def plan_to_ics(plan: Plan, previous: bytes | None = None, application: str | None = None) -> bytes:
    """A plan as an iCalendar file (RFC 5545, UTF-8). ``application`` as in :func:`plan_to_svg`.

    ``previous`` is the file that an earlier call returned for the same candidate. Unchanged entries keep their ``SEQUENCE``,
    changed entries get the next number, and entries that are no longer advised are cancelled. Raises
    :class:`tactful.InvalidInput` if ``previous`` is no such file.
    """
    from tactful.formats.exporters import ics

    return ics.plan_to_ics(plan, previous, application)
