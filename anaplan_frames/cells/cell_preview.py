"""The first rows of a write to cells as a plan shows them."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.cells.cell_matching import LINE_ITEMS, VALUE
from anaplan_frames.cells.cell_planner import CellPlan, DimensionColumn
from anaplan_frames.cells.cell_values import cell_texts, value_texts
from anaplan_frames.codec.column_types import unique_names
from anaplan_frames.codec.value_location import ValueLocation
from anaplan_frames.dataframes.record_frames import TEXT_DTYPE
from anaplan_frames.writes.arrow_arrays import Positions

_NAMELESS = "TEXT"  # a format of which the values are sent as they are


def preview(plan: CellPlan, batch: pa.RecordBatch, first_row: int) -> pd.DataFrame:
    """Return rows as they are sent, all text.

    Parameters
    ----------
    batch : pa.RecordBatch
        With all of the caller's columns.
    first_row : int
        The position of its first row.

    Returns
    -------
    pandas.DataFrame
        One column per dimension, with the names of the items that were found, then one per line
        item, or the line items' column and the values'.
    """
    found = plan.places(batch, first_row, {})
    pairs = [
        (column.items.dimension.name, _items(column, at, batch, first_row))
        for column, at in zip(plan.dimensions, found, strict=True)
    ]
    if plan.single is not None:
        items = plan.single.items
        at = plan.line_item_places(batch, first_row, {})
        pairs.append((LINE_ITEMS, _items(items, at, batch, first_row)))
        pairs.append((VALUE, _values(plan, batch, first_row, plan.single.position, _NAMELESS)))
    else:
        for item in plan.line_items:
            texts = _values(plan, batch, first_row, item.position, item.format, item.scale)
            pairs.append((item.name, texts))
    names = unique_names(name for name, _ in pairs)
    columns = {
        name: pd.Series(texts.to_pylist(), dtype=TEXT_DTYPE)
        for name, (_, texts) in zip(names, pairs, strict=True)
    }
    return pd.DataFrame(columns)


def _items(
    column: DimensionColumn, places: Positions, batch: pa.RecordBatch, first_row: int
) -> pa.Array:
    """Return the names of the items that were found, else the texts of the data."""
    names = column.items.names.take(pa.array(places, mask=places < 0))
    if column.position is None:
        return names
    location = ValueLocation(batch.schema.names[column.position], first_row)
    return pc.coalesce(names, value_texts(batch.column(column.position), location))


def _values(
    plan: CellPlan,
    batch: pa.RecordBatch,
    first_row: int,
    position: int,
    format_: str,
    scale: str | None = None,
) -> pa.Array:
    location = ValueLocation(batch.schema.names[position], first_row)
    return cell_texts(batch.column(position), format_, location, names=plan.names, scale=scale)
