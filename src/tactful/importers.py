"""Invitations, feeds and tables read into a case, for other programs: the functions behind ``tactful import``."""

from __future__ import annotations

from tactful.formats.importers import CaseFile, Options, import_files

__all__ = ["CaseFile", "Options", "import_files"]
