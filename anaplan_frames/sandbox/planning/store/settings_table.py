"""The settings of a model in its database; in a data folder they outlive the process."""

from __future__ import annotations

import datetime

import duckdb

_TABLE = "CREATE TABLE IF NOT EXISTS settings (name VARCHAR, value VARCHAR)"


def read(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return all settings."""
    con.execute(_TABLE)
    return dict(con.execute("SELECT name, value FROM settings").fetchall())


def write(con: duckdb.DuckDBPyConnection, name: str, value: str) -> None:
    """Write a setting."""
    con.execute("DELETE FROM settings WHERE name = ?", [name])
    con.execute("INSERT INTO settings VALUES (?, ?)", [name, value])


def day_of(text: str) -> datetime.date | None:
    """Return the date of a setting; None for an empty text."""
    return datetime.date.fromisoformat(text) if text else None
