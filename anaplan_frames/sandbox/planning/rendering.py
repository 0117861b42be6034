"""How stored values are written in an export, as SQL."""

from __future__ import annotations

import duckdb

from anaplan_frames.sandbox.planning.definitions import ExportDefinition, Format
from anaplan_frames.sandbox.planning.modules import list_members
from anaplan_frames.sandbox.planning.sql import literal

# Writes a number without an exponent, in as few digits as tell it from its neighbours.
_PLAIN = """
CREATE OR REPLACE TEMP MACRO plain(x) AS
CASE
  WHEN x = 0 THEN '0'
  WHEN abs(x) < 1e15 AND x = trunc(x) THEN CAST(CAST(x AS BIGINT) AS VARCHAR)
  WHEN NOT contains(CAST(x AS VARCHAR), 'e') THEN regexp_replace(CAST(x AS VARCHAR), '\\.0$', '')
  ELSE CASE WHEN x < 0 THEN '-' ELSE '' END || shifted(
    replace(split_part(CAST(abs(x) AS VARCHAR), 'e', 1), '.', ''),
    TRY_CAST(split_part(CAST(x AS VARCHAR), 'e', 2) AS INTEGER))
END
"""
_SHIFTED = """
CREATE OR REPLACE TEMP MACRO shifted(digits, exponent) AS
CASE
  WHEN exponent < 0 THEN '0.' || repeat('0', -exponent - 1) || digits
  ELSE rpad(digits, exponent + 1, '0')
END
"""


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Create the macros that `value_text` needs, for this connection."""
    con.execute(_SHIFTED)
    con.execute(_PLAIN)


def delimited(text: str, export: ExportDefinition) -> str:
    """Return SQL that puts a text between delimiters where it needs them."""
    mark = export.delimiter
    if not mark:
        return f"coalesce({text}, '')"
    needed = " OR ".join(
        f"contains({text}, {part})"
        for part in (literal(export.separator), literal(mark), "chr(10)", "chr(13)")
    )
    inside = f"replace({text}, {literal(mark)}, {literal(mark * 2)})"
    return (
        f"CASE WHEN {needed} THEN {literal(mark)} || {inside} || {literal(mark)}"
        f" ELSE coalesce({text}, '') END"
    )


def label(export: ExportDefinition) -> str:
    """Return SQL of how an item is written, over columns code and name."""
    return "coalesce(code, name)" if export.labels == "code" else "coalesce(name, code)"


def value_text(value: str, form: Format, export: ExportDefinition) -> str:
    """Return SQL of how a value is written; a blank number is 0, a blank boolean false."""
    if form.type == "NUMBER":
        return f"plain(coalesce({value}, 0))"
    if form.type == "BOOLEAN":
        return f"CASE WHEN {value} THEN 'true' ELSE 'false' END"
    if form.type == "DATE":
        return f"coalesce(strftime({value}, '%Y-%m-%d'), '')"
    if form.type == "TEXT":
        return delimited(value, export)
    members = list_members(form.list) if form.list else "SELECT * FROM time_members"
    item = f"(SELECT any_value({label(export)}) FROM ({members}) item WHERE item.id = {value})"
    return delimited(item, export)


def blank_text(form: Format) -> str:
    """Return how a blank value is written."""
    return {"NUMBER": "0", "BOOLEAN": "false"}.get(form.type, "")


def is_filled(value: str, form: Format) -> str:
    """Return SQL that tells whether a value is not blank, 0 or false."""
    if form.type == "NUMBER":
        return f"coalesce({value}, 0) <> 0"
    if form.type == "BOOLEAN":
        return f"coalesce({value}, false)"
    return f"{value} IS NOT NULL"
