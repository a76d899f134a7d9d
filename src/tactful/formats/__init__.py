"""What comes in and goes out: imports, text, charts, calendars, schemas."""
