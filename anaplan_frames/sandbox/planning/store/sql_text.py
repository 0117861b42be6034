"""Small pieces of DuckDB's SQL: literals, column types, expressions."""

from __future__ import annotations

from anaplan_frames.sandbox.planning.schema.definitions import Format

STORED_AS = {
    "NUMBER": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
    "TEXT": "VARCHAR",
    "DATE": "DATE",
    "LIST": "BIGINT",
    "TIME PERIOD": "BIGINT",
    "NONE": "BOOLEAN",  # a column that stays empty
}


def literal(text: str | None) -> str:
    """Return a text as an SQL literal."""
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"


def stored_type(format: Format) -> str:
    """Return the column type for values of a format (LIST: the item's id)."""
    return STORED_AS[format.type]


def filled(text: str) -> str:
    """Return an SQL expression that is NULL if the text expression is empty or blank."""
    return f"CASE WHEN trim({text}) = '' THEN NULL ELSE {text} END"
