"""Importing invitations, feeds and tables into a case: the functions behind ``tactful import``, for other programs."""

from __future__ import annotations

from tactful.formats.importers import CaseFile, Options, import_files

__all__ = ["CaseFile", "Options", "import_files"]
