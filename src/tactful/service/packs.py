"""The pack that a service decides with: loaded again when its files change, and never replaced by a bad one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from tactful.api.policy import Policy
from tactful.api.watch import Watch
from tactful.service.bodies import (
    FailedLoadRecord,
    PackDetailsRecord,
    PackParameterRecord,
    PackRuleRecord,
    PacksRecord,
    PackSummaryRecord,
)
from tactful.service.problems import diagnostic_record
from tactful.source.diagnostics import Diagnostic, TactfulError

#: How long the service waits before it checks the files again, in seconds.
_PAUSE: Final = 1.0
#: The watch checks the files whenever it is asked.
_AT_EACH_LOOK: Final = 0.0


class Packs:
    """Holds the active policy of one event loop. Requests take :attr:`policy` once, and finish with it."""

    def __init__(self, policy: Policy, told: Callable[[str], None]) -> None:
        """``told`` is called at each reload with ``loaded`` or ``failed``."""
        self.policy = policy
        self._watch = Watch(policy, _AT_EACH_LOOK)
        self._told = told
        self._activated = datetime.now(UTC)
        self._failed: FailedLoadRecord | None = None
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Have the files read again without delay, even if they look unchanged."""
        self._asked.set()

    async def follow(self) -> None:
        """Follow the files until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), _PAUSE)
            asked = self._asked.is_set()
            self._asked.clear()
            await self._look(asked)

    async def _look(self, asked: bool) -> None:
        """Activate the pack of the files as they are, or remember why it cannot be."""
        try:
            policy = await asyncio.to_thread(self._read, asked)
        except (TactfulError, OSError) as error:
            self._fail((Diagnostic("", str(error)),))
            return
        if (mistakes := self._watch.mistakes) is not None:
            self._fail(mistakes.diagnostics)
        else:
            self._activate(policy)

    def _read(self, asked: bool) -> Policy:
        """The policy of the files as they are, ready to decide; the active one if they have mistakes."""
        policy = self._watch.reload() if asked else self._watch.policy
        if policy is not self.policy:
            policy.warm()
        return policy

    def _activate(self, policy: Policy) -> None:
        self._failed = None
        if policy is not self.policy:
            self.policy, self._activated = policy, datetime.now(UTC)
            self._told("loaded")

    def _fail(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        records = tuple(map(diagnostic_record, diagnostics))
        if self._failed is None or self._failed.diagnostics != records:
            self._failed = FailedLoadRecord(at=datetime.now(UTC).isoformat(), diagnostics=records)
            self._told("failed")

    def summaries(self) -> PacksRecord:
        """The packs without their parts."""
        policy = self.policy
        return PacksRecord(
            packs=(
                PackSummaryRecord(
                    name=policy.name,
                    version=policy.version,
                    digest=policy.digest,
                    activated=self._activated.isoformat(),
                    failed=self._failed,
                ),
            )
        )

    def details(self, name: str) -> PackDetailsRecord | None:
        """The pack with this name, or ``None``."""
        policy, (summary,) = self.policy, self.summaries().packs
        if name != policy.name:
            return None
        return PackDetailsRecord(
            name=summary.name,
            version=summary.version,
            digest=summary.digest,
            activated=summary.activated,
            failed=summary.failed,
            parameters=tuple(
                PackParameterRecord(
                    name=parameter.name,
                    value=parameter.value,
                    about=parameter.about,
                    dated={day.isoformat(): value for day, value in parameter.dated},
                    adjustable=parameter.adjustable,
                )
                for parameter in policy.parameters.values()
            ),
            rules=tuple(
                PackRuleRecord(
                    id=rule.id, about=rule.about, source=rule.source, group=rule.group, priority=rule.priority
                )
                for rule in policy.checked.rules
            ),
        )
