"""A page's session: each question is a method with parameters, each answer is JSON. Errors are reported as
problems."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from tactful.api.decision import Decision
from tactful.api.moments import read_at
from tactful.api.policy import Policy, loads
from tactful.browser.rules import check, complete_at, rules_of
from tactful.facts.shape import CaseShape
from tactful.reasons.context import Reasons
from tactful.reasons.records.decision import ActionRecord, SetAsideRecord
from tactful.source.diagnostics import Diagnostic, InvalidInput, TactfulError

Parameters = Mapping[str, Any]
#: How far ahead a plan looks.
_AHEAD: Final = "6 weeks"
#: The largest text or file that a page sends, in characters.
_LARGEST: Final = 2_000_000
#: For how many seconds the rules are prepared before the page may ask something in between.
_PART: Final = 0.008


class Shown(msgspec.Struct, frozen=True):
    """What the page shows of a decision. The rest of a record takes longer than this, and nothing on the page reads it."""

    at: str
    actions: tuple[ActionRecord, ...]
    set_aside: tuple[SetAsideRecord, ...]


class Session:
    """The rules that a page decides by: the shipped rules, or an overlay of them that the reader writes.

    ``quick`` are the same rules for a few decisions, see :func:`tactful.api.policy.load_for_few`: until :meth:`warm` has
    compiled ``base``, they decide.
    """

    def __init__(self, base: Policy, quick: Policy | None = None) -> None:
        self.base = base
        self._shipped = quick or base
        self._overlay, self._over = "", base
        self._latest: Parameters | None = None
        self._parts = self._warming()
        self._methods: Final[Mapping[str, Callable[[Parameters], Any]]] = {
            "decide": self._decide,
            "questions": self._questions,
            "plan": self._plan,
            "calendar": self._calendar,
            "why": self._why,
            "compare": self._compare,
            "set": self._set,
            "done": self._done,
            "dismiss": self._dismiss,
            "undo": self._undo,
            "read": self._read,
            "write": self._write,
            "import": self._import,
            "rules": self._rules,
            "check": self._check,
            "complete": self._complete,
        }

    def answer(self, method: str, parameters: str) -> str:
        """The answer to a question: ``{"answer": …}``, or ``{"problems": […]}`` for mistakes of the reader's."""
        if len(parameters) > _LARGEST:
            return _json({"problems": [{"message": f"the text is larger than {_LARGEST:,} characters"}]})
        try:
            return _json({"answer": self._methods[method](json.loads(parameters))})
        except InvalidInput as error:
            return _json({"problems": [_problem(mistake) for mistake in error.diagnostics]})
        except TactfulError as error:
            return _json({"problems": [{"message": str(error)}]})

    def warm(self) -> bool:
        """Go on preparing the rules for some milliseconds, so that no change of the case waits for that later.

        Returns whether something is left to prepare. Two parts take about a quarter of a second each.
        """
        end = time.perf_counter() + _PART
        return any(time.perf_counter() > end for _ in self._parts)

    def _warming(self) -> Iterator[None]:
        parts = _in_language(self.base, _language(self._latest or {})).warming()
        yield next(parts)
        self._shipped = self.base  # it is compiled by now
        if self._latest is not None:
            self._decide(self._latest)  # the first decision of a compiled policy takes longer than the others
        yield
        yield from parts

    def _policy(self, asked: Parameters) -> Policy:
        """The rules that count: with the overlay, if there is one, in the reader's language."""
        overlay = asked.get("overlay") or ""
        if overlay != self._overlay:
            self._over, self._overlay = loads(overlay, "overlay", base=self.base) if overlay else self.base, overlay
        return _in_language(self._over if overlay else self._shipped, _language(asked))

    def _decision(self, asked: Parameters) -> Decision:
        policy = self._policy(asked)
        return policy.decide(*read_at(policy, _case(asked), asked.get("at") or None))

    def _decide(self, asked: Parameters) -> Shown:
        decision = self._decision(asked)
        self._latest = asked
        reasons = Reasons(decision.context)
        actions = tuple(advice.record_within(reasons) for advice in decision.actions)
        return Shown(decision.at.isoformat(), actions, decision.set_aside)

    def _questions(self, asked: Parameters) -> Any:
        return self._decision(asked).record(questions=True).questions

    def _plan(self, asked: Parameters) -> str:
        from tactful.formats.exporters.svg import plan_to_svg  # loaded when it is asked for, as all formats are

        return plan_to_svg(self._planned(asked)).decode()

    def _calendar(self, asked: Parameters) -> str:
        from tactful.formats.exporters.ics import plan_to_ics

        return plan_to_ics(self._planned(asked)).decode()

    def _planned(self, asked: Parameters) -> Any:
        policy = self._policy(asked)
        return policy.plan(*read_at(policy, _case(asked), asked.get("at") or None))

    def _why(self, asked: Parameters) -> Any:
        return self._decision(asked).why(asked["action"], asked.get("target"), flip=bool(asked.get("flip")))

    def _compare(self, asked: Parameters) -> Any:
        """What the overlay changes in this case."""
        return self._decision({**asked, "overlay": ""}).compare(self._decision(asked))

    def _set(self, asked: Parameters) -> Any:
        """The case with other facts."""
        policy = self._policy(asked)
        return policy.change(policy.read(_case(asked)), asked["facts"]).shape

    def _done(self, asked: Parameters) -> CaseShape:
        policy = self._policy(asked)
        case, moment = read_at(policy, _case(asked), asked.get("at") or None)
        return policy.done(_case(asked), asked["key"], policy.decide(case, moment).at).shape

    def _dismiss(self, asked: Parameters) -> CaseShape:
        return self._policy(asked).dismiss(_case(asked), asked["key"]).shape

    def _undo(self, asked: Parameters) -> CaseShape:
        return self._policy(asked).undo(_case(asked), asked["key"]).shape

    def _read(self, asked: Parameters) -> CaseShape:
        """The case in a YAML or JSON text."""
        return self._policy(asked).read_text(asked["text"], "case").shape

    def _write(self, asked: Parameters) -> str:
        """The case as YAML."""
        import yaml

        text: str = yaml.safe_dump(json.loads(_case(asked)), sort_keys=False, allow_unicode=True, width=100)
        return text

    def _import(self, asked: Parameters) -> Any:
        """The case after an invitation or a feed was read into it, with the changes and notes in words."""
        from tactful.formats.importers import CaseFile, Options, import_files

        policy = self._policy(asked)
        into = CaseFile("case.json", _case(asked)) if asked.get("case") else None
        file = CaseFile(asked["name"], asked["text"].encode())
        options = Options(time_zone=asked.get("time_zone"))
        made = import_files([file], policy, options, int(time.time()), into, as_json=True)
        case = policy.read_text(made.text, "case.json").shape
        return {"case": case, "changes": made.changes, "notes": [note.message for note in made.notes]}

    def _rules(self, asked: Parameters) -> Any:
        return rules_of(self._policy(asked))

    def _check(self, asked: Parameters) -> Any:
        return check(asked["text"], self.base)

    def _complete(self, asked: Parameters) -> Any:
        return complete_at(asked["text"], asked["line"], asked["column"], self._over)


def _language(asked: Parameters) -> str:
    language: str = asked.get("language") or "en"
    return language


def _in_language(policy: Policy, language: str) -> Policy:
    return policy if language == "en" else policy.in_language(language)


def _case(asked: Parameters) -> bytes:
    case = asked["case"]
    return case.encode() if isinstance(case, str) else json.dumps(case).encode()


def _problem(mistake: Diagnostic) -> dict[str, Any]:
    place = mistake.place()
    return {
        "code": mistake.code,
        "message": mistake.message,
        "help": mistake.help,
        "place": place,
        "path": mistake.path,
    }


def _json(answer: Any) -> str:
    return msgspec.json.encode(answer).decode()
