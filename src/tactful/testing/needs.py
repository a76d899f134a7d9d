"""A clear word where the extra that checks take is missing."""

from __future__ import annotations

from importlib.util import find_spec

from tactful.diagnostics import TactfulError


def need_hypothesis() -> None:
    """Raise :class:`tactful.TactfulError` where hypothesis is not installed."""
    if find_spec("hypothesis") is None:
        raise TactfulError("drawing cases takes hypothesis; install it with: pip install 'tactful[check]'")
