"""What is written of a module, view or list, and how its stored values become text, as SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import duckdb

from anaplan_frames.sandbox.planning.definitions import (
    ExportDefinition,
    Format,
    LineItem,
    ListDefinition,
    ModuleDefinition,
    ViewDefinition,
)
from anaplan_frames.sandbox.planning.modules import list_members
from anaplan_frames.sandbox.planning.sql import literal


@dataclass(frozen=True, slots=True, eq=False)
class Rendering:
    """What is written, in which layout and dialect; an export's, or that of a view that is read.

    Attributes
    ----------
    selected : mapping of str to int
        By a dimension's id, the one item that is shown of it.
    line_items : tuple of LineItem or None
        Those that are shown; None for all of the module.
    max_rows : int or None
        How many rows are written at most; in a grid, of each page.
    escaped : bool
        Whether texts that a spreadsheet might take for formulas are put between delimiters, too.
    """

    of: ModuleDefinition | ViewDefinition | ListDefinition
    layout: str = "TABULAR_MULTI_COLUMN"
    leaves_only: bool = False
    omit_empty: bool = False
    labels: Literal["name", "code"] = "name"
    separator: str = ","
    delimiter: str = '"'
    selected: Mapping[str, int] = field(default_factory=dict)
    line_items: tuple[LineItem, ...] | None = None
    max_rows: int | None = None
    escaped: bool = False

    @classmethod
    def of_export(cls, export: ExportDefinition) -> Rendering:
        """Return what an export writes."""
        return cls(
            export.of,
            export.layout,
            export.leaves_only,
            export.omit_empty,
            export.labels,
            export.separator,
            export.delimiter,
        )


FORMULA_SIGNS = ("=", "+", "-", "@")

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


def delimited(text: str, rendering: Rendering) -> str:
    """Return SQL that puts a text between delimiters where it needs them."""
    mark = rendering.delimiter
    if not mark:
        return f"coalesce({text}, '')"
    conditions = [
        f"contains({text}, {part})"
        for part in (literal(rendering.separator), literal(mark), "chr(10)", "chr(13)")
    ]
    if rendering.escaped:
        conditions.append(f"left({text}, 1) IN ({', '.join(map(literal, FORMULA_SIGNS))})")
    needed = " OR ".join(conditions)
    inside = f"replace({text}, {literal(mark)}, {literal(mark * 2)})"
    return (
        f"CASE WHEN {needed} THEN {literal(mark)} || {inside} || {literal(mark)}"
        f" ELSE coalesce({text}, '') END"
    )


def label(rendering: Rendering) -> str:
    """Return SQL of how an item is written, over columns code and name."""
    return "coalesce(code, name)" if rendering.labels == "code" else "coalesce(name, code)"


def value_text(value: str, form: Format, rendering: Rendering) -> str:
    """Return SQL of how a value is written; a blank number is 0, a blank boolean false."""
    if form.type == "NUMBER":
        return f"plain(coalesce({value}, 0))"
    if form.type == "BOOLEAN":
        return f"CASE WHEN {value} THEN 'true' ELSE 'false' END"
    if form.type == "DATE":
        return f"coalesce(strftime({value}, '%Y-%m-%d'), '')"
    if form.type == "TEXT":
        return delimited(value, rendering)
    members = list_members(form.list) if form.list else "SELECT * FROM time_members"
    item = f"(SELECT any_value({label(rendering)}) FROM ({members}) item WHERE item.id = {value})"
    return delimited(item, rendering)


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
