"""Settings of a model in its store, so that those in a data folder outlive the process."""

from __future__ import annotations

import datetime

import duckdb

_TABLE = "CREATE TABLE IF NOT EXISTS settings (name VARCHAR, value VARCHAR)"


def read(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return all settings that were made."""
    con.execute(_TABLE)
    return dict(con.execute("SELECT name, value FROM settings").fetchall())


def write(con: duckdb.DuckDBPyConnection, name: str, value: str) -> None:
    """Make a setting, or replace it."""
    con.execute("DELETE FROM settings WHERE name = ?", [name])
    con.execute("INSERT INTO settings VALUES (?, ?)", [name, value])


def day_of(text: str) -> datetime.date | None:
    """Return a setting's date; an empty text is none."""
    return datetime.date.fromisoformat(text) if text else None
