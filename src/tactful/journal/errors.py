"""What can go wrong with a journal."""

from __future__ import annotations

from tactful.source.diagnostics import TactfulError


class JournalUnavailable(TactfulError):
    """Nothing can be kept now: the disk is full, the database is gone, or too much waits to be written."""


class DatabaseFailed(Exception):
    """A database refused a statement, or cannot be reached. The text is the database's own, and names no person."""
