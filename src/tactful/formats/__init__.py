"""Formats that are read and written: imports, text, charts, calendars, schemas."""
