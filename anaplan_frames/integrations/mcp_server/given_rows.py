"""Rows that a tool is given as JSON, as a table that can be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from anaplan_frames.errors import DataError

Cell = str | int | float | bool | None


def table_of_rows(rows: Sequence[Mapping[str, Cell]]) -> pa.Table:
    """Return rows as an Arrow table; a column that a row does not have is missing there.

    Raises
    ------
    DataError
        If a column holds values of several kinds, such as texts and numbers.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        raise DataError('rows must have columns, such as {"code": "AA", "name": "American"}.')
    columns = {name: _column(name, [row.get(name) for row in rows]) for name in names}
    return pa.table(columns)


def _column(name: str, values: list[Cell]) -> pa.Array:
    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {int, float}:
        values = [None if value is None else float(value) for value in values]
    elif len(kinds) > 1:
        raise DataError(
            f"Column {name!r} has values of several kinds ({_listed(kinds)}). Give all of them as "
            "texts, or all as numbers."
        )
    try:
        return pa.array(values, pa.string() if kinds <= {str} else None)
    except (pa.ArrowInvalid, OverflowError):
        raise DataError(
            f"Column {name!r} has a number that is too large. Give its values as texts."
        ) from None


def _listed(kinds: set[type]) -> str:
    words = {str: "text", int: "number", float: "number", bool: "true or false"}
    return ", ".join(sorted({words[kind] for kind in kinds}))
