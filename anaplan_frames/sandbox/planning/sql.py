"""Little pieces of DuckDB's SQL that several parts of the store need."""

from __future__ import annotations

from anaplan_frames.sandbox.planning.definitions import Format

STORED_AS = {
    "NUMBER": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
    "TEXT": "VARCHAR",
    "DATE": "DATE",
    "LIST": "BIGINT",
    "TIME PERIOD": "BIGINT",
}


def literal(text: str | None) -> str:
    """Write a text as a literal."""
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"


def stored_type(format: Format) -> str:
    """Return the column type in which values of this format are stored (LIST: the item's id)."""
    return STORED_AS[format.type]


def filled(text: str) -> str:
    """Return an expression that is NULL where the text expression is empty or blank."""
    return f"CASE WHEN trim({text}) = '' THEN NULL ELSE {text} END"
