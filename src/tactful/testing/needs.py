"""Whether the extra ``check`` is installed, which drawing cases needs."""

from __future__ import annotations

from importlib.util import find_spec

from tactful.source.diagnostics import TactfulError


def can_draw() -> bool:
    """Whether hypothesis is installed."""
    return find_spec("hypothesis") is not None


def need_hypothesis() -> None:
    """Raise :class:`tactful.TactfulError` if hypothesis is not installed."""
    if not can_draw():
        raise TactfulError("drawing cases takes hypothesis; install it with: pip install 'tactful[check]'")
