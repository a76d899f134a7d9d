"""Decisions and plans as text for people."""

from tactful.render.decision import render_decision

__all__ = ["render_decision"]
