"""The line items that are written: those that have a column and are not calculated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anaplan_frames.cells.cell_planner import LineItemColumn
from anaplan_frames.cells.view_shape import CellColumn, LineItem
from anaplan_frames.errors import ColumnMismatch

_EVERY_VERSION = "all versions"


@dataclass(frozen=True, slots=True)
class WrittenLineItems:
    """The line items of a module, by whether they can be written.

    Attributes
    ----------
    written : tuple of LineItemColumn
        Those that are written.
    calculated : tuple of str
        The names of those that Anaplan calculates, and that the data has.
    """

    written: tuple[LineItemColumn, ...]
    calculated: tuple[str, ...]


def written_line_items(
    columns: Sequence[CellColumn],
    records: Mapping[str, Mapping[str, Any]],
    positions: Mapping[str, int | None],
    label: str,
    *,
    single: bool,
) -> WrittenLineItems:
    """Return the line items that the data has, by whether they can be written.

    Parameters
    ----------
    columns : sequence of CellColumn
        The columns of the module.
    records : mapping of str to mapping
        Anaplan's records of the line items, by id.
    positions : mapping of str to int or None
        The positions of the caller's columns, by the id of dimension or line item.
    label : str
        The module in words.
    single : bool
        Whether the data has all line items in one column.

    Raises
    ------
    ColumnMismatch
        If all of them are calculated.
    """
    written, calculated = [], []
    for column in columns:
        position = -1 if single else positions.get(column.id)
        if column.kind != "line item" or position is None:
            continue
        record = records[column.id]
        if _is_calculated(record):
            calculated.append(column.name)
            continue
        format_ = LineItem.of(record).format
        scale = _period_scale(record)
        written.append(LineItemColumn(column.id, column.name, format_, position, scale))
    if not written:
        names = ", ".join(map(repr, calculated))
        raise ColumnMismatch(
            f"Anaplan calculates {names} in {label}, so there is nothing to write. Give a column "
            "of a line item without a formula."
        )
    return WrittenLineItems(tuple(written), tuple(calculated))


def time_scale(record: Mapping[str, Any]) -> str | None:
    """Return the time scale of a line item, None if it has none."""
    return str(record.get("timeScale") or "") or None


def calculated_versions(record: Mapping[str, Any]) -> str | None:
    """Say that a line item's formula is for some versions only, if it is."""
    if not record.get("formula") or _is_calculated(record):
        return None
    return (
        f"It has a formula for {record.get('formulaScope')!r}: cells of versions that it "
        "calculates are only known once they are sent."
    )


def _is_calculated(record: Mapping[str, Any]) -> bool:
    """Whether none of a line item's cells can be written: it has a formula, or is a heading."""
    scope = str(record.get("formulaScope") or _EVERY_VERSION).strip().casefold()
    heading = LineItem.of(record).format.strip().upper() == "NONE"
    return heading or (bool(record.get("formula")) and scope == _EVERY_VERSION)


def _period_scale(record: Mapping[str, Any]) -> str | None:
    """Return the time scale of a line item's values, if these are periods."""
    period = (record.get("formatMetadata") or {}).get("periodType") or {}
    return str(period.get("entityLabel") or period.get("entityId") or "") or None
