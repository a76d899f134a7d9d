"""Files of SQLite, changed behind the back of what reads them."""

from __future__ import annotations

import sqlite3
from pathlib import Path


def run_sql(file: Path, sql: str) -> None:
    """Run a statement, and keep what it changes."""
    connection = sqlite3.connect(file)
    connection.execute(sql)
    connection.commit()
    connection.close()
