"""Rendering of a module, view or list: layout, dialect, and SQL that writes values as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Literal

from anaplan_frames.sandbox.planning.schema.access_rights import FULL, Access
from anaplan_frames.sandbox.planning.schema.action_definitions import ExportDefinition, ModelHistory
from anaplan_frames.sandbox.planning.schema.definitions import (
    Format,
    LineItem,
    ListDefinition,
    ModuleDefinition,
    ViewDefinition,
)
from anaplan_frames.sandbox.planning.store.cell_tables import TIME_MEMBERS, list_members
from anaplan_frames.sandbox.planning.store.sql_text import literal


@dataclass(frozen=True, slots=True, eq=False)
class Rendering:
    """The content, layout and dialect of an export or of a view that is read.

    Attributes
    ----------
    selected : mapping of str to int
        The single item that is shown of a dimension, by the dimension's id.
    line_items : tuple of LineItem or None
        The line items that are shown; None for all of the module.
    max_rows : int or None
        The most rows that are written; in a grid, the most per page.
    escaped : bool
        Whether texts that a spreadsheet might read as formulas are delimited, too.
    access : Access
        What the user may read.
    """

    of: ModuleDefinition | ViewDefinition | ListDefinition
    layout: str = "TABULAR_MULTI_COLUMN"
    _: KW_ONLY
    leaves_only: bool = False
    omit_empty: bool = False
    labels: Literal["name", "code"] = "name"
    separator: str = ","
    delimiter: str = '"'
    selected: Mapping[str, int] = field(default_factory=dict)
    line_items: tuple[LineItem, ...] | None = None
    max_rows: int | None = None
    escaped: bool = False
    access: Access = FULL

    @classmethod
    def of_export(cls, export: ExportDefinition, access: Access = FULL) -> Rendering:
        """Return the rendering of an export for a user."""
        assert not isinstance(export.of, ModelHistory)
        return cls(
            export.of,
            export.layout,
            leaves_only=export.leaves_only,
            omit_empty=export.omit_empty,
            labels=export.labels,
            separator=export.separator,
            delimiter=export.delimiter,
            access=access,
        )


FORMULA_SIGNS = ("=", "+", "-", "@")


def plain_number(x: str) -> str:
    """Return SQL that writes a number without an exponent, in the fewest digits that identify it.

    It is not a macro: to create one for each connection takes longer than most queries.
    """
    digits = f"replace(split_part(CAST(abs({x}) AS VARCHAR), 'e', 1), '.', '')"
    exponent = f"TRY_CAST(split_part(CAST({x} AS VARCHAR), 'e', 2) AS INTEGER)"
    return (
        f"CASE WHEN {x} = 0 THEN '0'"
        f" WHEN abs({x}) < 1e15 AND {x} = trunc({x}) THEN CAST(CAST({x} AS BIGINT) AS VARCHAR)"
        f" WHEN NOT contains(CAST({x} AS VARCHAR), 'e')"
        f" THEN regexp_replace(CAST({x} AS VARCHAR), '\\.0$', '')"
        f" ELSE CASE WHEN {x} < 0 THEN '-' ELSE '' END"
        f" || CASE WHEN {exponent} < 0 THEN '0.' || repeat('0', -{exponent} - 1) || {digits}"
        f" ELSE rpad({digits}, {exponent} + 1, '0') END END"
    )


def delimited(text: str, rendering: Rendering) -> str:
    """Return SQL that delimits a text if necessary."""
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
    """Return SQL of an item's text, over the columns code and name."""
    return "coalesce(code, name)" if rendering.labels == "code" else "coalesce(name, code)"


def item_join(value: str, form: Format, rendering: Rendering, name: str) -> str:
    """Return SQL of a join that `value_text` requires if a value is an item, else nothing.

    Parameters
    ----------
    name : str
        A name for what is joined.
    """
    if form.type not in ("LIST", "TIME PERIOD"):
        return ""
    members = list_members(form.list, as_shown=True) if form.list else TIME_MEMBERS
    # A subquery in the text itself would run once for each time that the text is used there.
    labels = f"SELECT id, {delimited(label(rendering), rendering)} AS text FROM ({members})"
    return f" LEFT JOIN ({labels}) {name} ON {name}.id = {value}"


def value_text(value: str, form: Format, rendering: Rendering, name: str) -> str:
    """Return SQL of a value's text; a blank number is 0, a blank boolean false.

    Parameters
    ----------
    name : str
        The name of the `item_join` of the value.
    """
    if form.type == "NUMBER":
        return plain_number(f"coalesce({value}, 0)")
    if form.type == "BOOLEAN":
        return f"CASE WHEN {value} THEN 'true' ELSE 'false' END"
    if form.type == "DATE":
        return f"coalesce(strftime({value}, '%Y-%m-%d'), '')"
    if form.type == "TEXT":
        return delimited(value, rendering)
    if form.type == "NONE":
        return "''"
    return f"coalesce({name}.text, '')"


def blank_text(form: Format) -> str:
    """Return the text of a blank value."""
    return {"NUMBER": "0", "BOOLEAN": "false"}.get(form.type, "")


def is_filled(value: str, form: Format) -> str:
    """Return SQL that is true if a value is not blank, 0 or false."""
    if form.type == "NUMBER":
        return f"coalesce({value}, 0) <> 0"
    if form.type == "BOOLEAN":
        return f"coalesce({value}, false)"
    return "false" if form.type == "NONE" else f"{value} IS NOT NULL"


def header_line(names: Sequence[str], rendering: Rendering) -> str:
    """Join headers (or other texts) to one line, each delimited if necessary."""
    mark = rendering.delimiter

    def field(text: str) -> str:
        needed = mark and (
            any(part in text for part in (rendering.separator, mark, "\n", "\r"))
            or (rendering.escaped and text.startswith(FORMULA_SIGNS))
        )
        return f"{mark}{text.replace(mark, mark * 2)}{mark}" if needed else text

    return rendering.separator.join(field(name) for name in names) + "\n"
