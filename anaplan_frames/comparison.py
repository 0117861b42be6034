"""`compare`: which rows of two tables differ, found by key."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.types import (
    is_bool_dtype,
    is_datetime64_any_dtype,
    is_numeric_dtype,
)

from anaplan_frames.codec.field_texts import unwrapped
from anaplan_frames.dataframes.frame_output import to_pandas
from anaplan_frames.dataframes.unsupported_data import unsupported
from anaplan_frames.errors import ColumnMismatch, DataError
from anaplan_frames.messages import listed, near_names

SCHEMA = 1
"""The version of `Comparison.to_dict`; it changes if a key changes its meaning."""
_MOST_SHOWN = 10  # rows in HTML
_SIDES = ("old", "new")


@dataclass(frozen=True, repr=False, kw_only=True)
class Comparison:
    """How two tables differ; made by `compare`.

    Attributes
    ----------
    key : tuple of str
        The columns by which rows were found.
    columns : tuple of str
        The columns that were compared.
    rows_old, rows_new : int
        How many rows each table has.
    added, removed : pandas.DataFrame
        The rows whose key is only in the new, or only in the old table, with all its columns.
    changed : pandas.DataFrame
        The rows that are in both and differ, with the key as index. Its columns have two levels,
        as those of `pandas.DataFrame.compare`: the column, then ``"old"`` and ``"new"``. Only
        columns with a difference are there.
    """

    key: tuple[str, ...]
    columns: tuple[str, ...]
    rows_old: int
    rows_new: int
    added: pd.DataFrame
    removed: pd.DataFrame
    changed: pd.DataFrame
    _tables: tuple[pd.DataFrame, pd.DataFrame] = field(repr=False)

    @property
    def equal(self) -> bool:
        """Whether both tables have the same keys, and the same values for each."""
        return not (len(self.added) or len(self.removed) or len(self.changed))

    def totals(
        self, by: str | Sequence[str], measures: str | Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Return sums of both tables, and their differences.

        Parameters
        ----------
        by : str or sequence of str
            The columns to group by.
        measures : str or sequence of str, optional
            The columns to sum; by default all compared ones that are numbers.

        Returns
        -------
        pandas.DataFrame
            The groups as index; two levels of columns: the measure, then ``"old"``, ``"new"`` and
            ``"difference"`` (new minus old). A group that a table does not have counts as 0.

        Raises
        ------
        ColumnMismatch
            If there is no such column, or if a measure is not a number.

        Examples
        --------
        >>> comparison.totals("Region")  # doctest: +SKIP
        """
        groups = _names(by)
        old, new = self._tables
        numbers = [name for name in self.columns if _is_number(old[name]) and _is_number(new[name])]
        summed = numbers if measures is None else _names(measures)
        _check_columns([*groups, *summed], [*self.key, *self.columns], "comparison")
        for name in summed:
            if name not in numbers:
                raise ColumnMismatch(f"Column {name!r} is not a number, so it has no total.")
        sides = [
            table.groupby(groups, dropna=False, observed=True)[summed].sum()
            for table in self._tables
        ]
        index = sides[0].index.union(sides[1].index)
        before, after = (side.reindex(index, fill_value=0) for side in sides)
        parts = {"old": before, "new": after, "difference": after - before}
        table = pd.concat(parts, axis=1).swaplevel(axis=1)
        return table[[(name, part) for name in summed for part in parts]]

    def to_dict(self, *, rows: int = 0) -> dict[str, Any]:
        """Return the comparison as JSON values.

        Parameters
        ----------
        rows : int, default 0
            How many added, removed and changed rows to include of each.

        Returns
        -------
        dict
            ``schema`` (1), ``equal``, ``key``, ``columns``, ``rows_old``, ``rows_new``,
            ``rows_added``, ``rows_removed``, ``rows_changed``, ``added``, ``removed``, ``changed``
            (keys, and for each column ``{"old": ..., "new": ...}``).
        """
        return {
            "schema": SCHEMA,
            "equal": self.equal,
            "key": list(self.key),
            "columns": list(self.columns),
            "rows_old": self.rows_old,
            "rows_new": self.rows_new,
            "rows_added": len(self.added),
            "rows_removed": len(self.removed),
            "rows_changed": len(self.changed),
            "added": _records(self.added.head(rows)),
            "removed": _records(self.removed.head(rows)),
            "changed": self._changes(rows),
        }

    def to_html(self) -> str:
        """Return the verdict, the counts and the first rows of each kind as HTML."""
        parts = [f"<p><b>{'equal' if self.equal else 'different'}</b>: {html.escape(self.summary)}"]
        for name in ("added", "removed", "changed"):
            frame = getattr(self, name)
            if len(frame):
                parts += [f"<p>{name.title()}</p>", frame.head(_MOST_SHOWN).to_html()]
                if len(frame) > _MOST_SHOWN:
                    more = len(frame) - _MOST_SHOWN
                    parts.append(f"<p>{more:,} more are in <code>.{name}</code>.</p>")
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        return self.to_html()

    @property
    def summary(self) -> str:
        """The counts in one sentence."""
        return (
            f"{len(self.added):,} rows added, {len(self.removed):,} removed, "
            f"{len(self.changed):,} changed; {self.rows_old:,} old rows, {self.rows_new:,} new rows"
        )

    def _changes(self, rows: int) -> list[dict[str, Any]]:
        head = self.changed.head(rows)
        flat = head.set_axis([f"{each[1]} {each[0]}" for each in head.columns], axis=1)
        records = _records(flat.reset_index())
        return [
            {name: record[name] for name in self.key}
            | {
                name: {side: record[f"{side} {name}"] for side in _SIDES}
                for name in dict.fromkeys(each[0] for each in head.columns)
            }
            for record in records
        ]

    def __repr__(self) -> str:
        return f"<Comparison: {'equal' if self.equal else 'different'}; {self.summary}>"


def compare(
    old: Any,
    new: Any,
    *,
    key: str | Sequence[str],
    columns: Sequence[str] | None = None,
    rtol: float = 0.0,
    atol: float = 0.0,
) -> Comparison:
    """Compare two tables row by row, by key.

    A missing value equals a missing value. A text that is compared with a number, a date or a
    boolean is read as one if every text of the column can be, so that a CSV file can be compared
    with a typed table.

    Parameters
    ----------
    old, new : DataFrame, Arrow data, table or iterator
        As `to_anaplan` takes data; a table such as ``model.exports["Flights export"]``, too.
    key : str or sequence of str
        The columns by which a row of one table is found in the other. Each key occurs once.
    columns : sequence of str, optional
        The columns to compare; by default all others, which both tables must have.
    rtol, atol : float, default 0.0
        Numbers are the same if ``abs(old - new) <= atol + rtol * abs(old)``.

    Returns
    -------
    Comparison

    Raises
    ------
    ColumnMismatch
        If a table does not have a column; suggests near names.
    DataError
        If a key occurs twice in a table.
    ValueError
        If a tolerance is negative, or there is no key.

    Examples
    --------
    >>> af.compare(yesterday, today, key=["Code", "Month"]).changed  # doctest: +SKIP
    """
    if not (rtol >= 0 and atol >= 0):
        raise ValueError("rtol and atol must not be negative.")
    keys = _names(key)
    if not keys:
        raise ValueError("key must name at least one column.")
    tables = _frame(old), _frame(new)
    compared = _compared(tables, keys, columns)
    before, after = (table[[*keys, *compared]].reset_index(drop=True) for table in tables)
    for name in keys:
        before[name], after[name] = _same_key_type(before[name], after[name])
    for name in compared:
        before[name], after[name] = _same_type(before[name], after[name], texts=not (rtol or atol))
    for side, table in zip(_SIDES, (before, after), strict=True):
        _check_unique(table, keys, side)
    places = _places(before, after, keys)
    both = places.dropna().astype("int64")
    changed = _changed(before, after, both, keys, compared, rtol, atol)
    return Comparison(
        key=tuple(keys),
        columns=tuple(compared),
        rows_old=len(before),
        rows_new=len(after),
        added=after.iloc[places.loc[places["old"].isna(), "new"].astype("int64")],
        removed=before.iloc[places.loc[places["new"].isna(), "old"].astype("int64")],
        changed=changed,
        _tables=(before, after),
    )


def _frame(data: Any) -> pd.DataFrame:
    """Return data as one DataFrame."""
    if isinstance(data, pd.DataFrame):
        return data.rename(columns=str)
    if isinstance(data, pa.RecordBatch | pa.Table) or hasattr(data, "__arrow_c_stream__"):
        if isinstance(data, pa.RecordBatch):
            data = pa.Table.from_batches([data])
        reader = pa.RecordBatchReader.from_stream(data)
        schema = _plain(pa.RecordBatch.from_pylist([], schema=reader.schema)).schema
        return to_pandas(map(_plain, reader), schema)
    if isinstance(data, Iterator | list | tuple):
        parts = [_frame(part) for part in data]
        if parts:
            return pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
    raise TypeError(unsupported(data))


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Take dictionaries, views and the like off, which pandas does not have."""
    columns = [unwrapped(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, batch.schema.names)


def _compared(
    tables: tuple[pd.DataFrame, pd.DataFrame], keys: list[str], columns: Sequence[str] | None
) -> list[str]:
    """Return the columns that are compared; both tables have them, and the keys."""
    wanted = [] if columns is None else _names(columns)
    for side, table in zip(_SIDES, tables, strict=True):
        _check_columns([*keys, *wanted], [str(name) for name in table.columns], f"{side} table")
    if columns is not None:
        return [name for name in dict.fromkeys(wanted) if name not in keys]
    old, new = ([name for name in table.columns if name not in keys] for table in tables)
    only = {"old": [n for n in old if n not in new], "new": [n for n in new if n not in old]}
    said = [f"only the {side} one has {listed(names)}" for side, names in only.items() if names]
    if said:
        raise ColumnMismatch(
            f"The tables have different columns: {', '.join(said)}. Name the columns to compare "
            "with columns=."
        )
    return old


def _check_columns(names: Sequence[str], there: Sequence[str], owner: str) -> None:
    for name in names:
        if name not in there:
            raise ColumnMismatch(
                f"The {owner} has no column {name!r}.{near_names(name, there)} "
                f"Columns are: {listed(there)}."
            )
        if list(there).count(name) > 1:
            raise ColumnMismatch(f"The {owner} has two columns {name!r}. Rename one of them.")


def _check_unique(table: pd.DataFrame, keys: list[str], side: str) -> None:
    twice = table.duplicated(keys)
    if twice.any():
        example = table.loc[twice, keys].iloc[0].to_dict()
        raise DataError(
            f"{int(twice.sum()):,} rows of the {side} table have the key of an earlier row, for "
            f"example {example!r}. Name more columns as key, or add up the rows first."
        )


def _same_key_type(old: pd.Series[Any], new: pd.Series[Any]) -> tuple[Any, Any]:
    """Return keys of one type; if only one of them is text, both as text."""
    if _is_text(old) == _is_text(new):
        return old, new
    return _texts(old), _texts(new)


def _same_type(old: pd.Series[Any], new: pd.Series[Any], *, texts: bool) -> tuple[Any, Any]:
    """Return values of one type: texts as what the other side has, if all of them are that.

    Parameters
    ----------
    texts : bool
        Whether two columns of texts stay texts; else they are read as numbers if they are.
    """
    if _is_text(old) and _is_text(new):
        if texts:
            return old, new
        numbers = _parsed(old, old, number=True), _parsed(new, new, number=True)
        return (old, new) if numbers[0] is None or numbers[1] is None else numbers
    if _is_text(old):
        parsed = _parsed(old, new, number=_is_number(new))
        return (_texts(old), _texts(new)) if parsed is None else (parsed, new)
    if _is_text(new):
        parsed = _parsed(new, old, number=_is_number(old))
        return (_texts(old), _texts(new)) if parsed is None else (old, parsed)
    return old, new


def _parsed(text: pd.Series[Any], like: pd.Series[Any], *, number: bool) -> Any:
    """Return texts as numbers, dates or booleans; None if one of them is not."""
    try:
        if number:
            return pd.to_numeric(text).astype("float64")
        if is_datetime64_any_dtype(like.dtype):
            return pd.to_datetime(text, format="ISO8601").astype(like.dtype)
        if is_bool_dtype(like.dtype):
            found = text.str.lower().map({"true": True, "false": False})
            return None if (found.isna() & text.notna()).any() else found.astype("boolean")
    except (ValueError, TypeError):
        pass
    return None


def _places(old: pd.DataFrame, new: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return for each key its row in the old and in the new table, missing if it has none."""
    sides = [
        table[keys].assign(**{f"\0{side}": np.arange(len(table))})
        for side, table in zip(_SIDES, (old, new), strict=True)
    ]
    try:
        merged = sides[0].merge(sides[1], on=keys, how="outer", sort=False)
    except ValueError as error:
        raise ColumnMismatch(
            f"The keys of the two tables are of different types ({error}). Convert them first."
        ) from error
    places = merged[["\0old", "\0new"]].set_axis(list(_SIDES), axis=1)
    return places.sort_values(list(_SIDES), na_position="last")


def _changed(
    old: pd.DataFrame,
    new: pd.DataFrame,
    places: pd.DataFrame,
    keys: list[str],
    columns: list[str],
    rtol: float,
    atol: float,
) -> pd.DataFrame:
    """Return the rows that differ, old and new side by side."""
    before = old.iloc[places["old"]].reset_index(drop=True)
    after = new.iloc[places["new"]].reset_index(drop=True)
    differs = {name: _differs(before[name], after[name], rtol, atol) for name in columns}
    with_change = [name for name in columns if differs[name].any()]
    rows = np.zeros(len(before), dtype=bool)
    for name in with_change:
        rows |= differs[name]
    index = pd.MultiIndex.from_frame(before.loc[rows, keys])
    if len(keys) == 1:
        index = pd.Index(before.loc[rows, keys[0]], name=keys[0])
    sides = {(name, "old"): before[name] for name in with_change}
    sides |= {(name, "new"): after[name] for name in with_change}
    order = [(name, side) for name in with_change for side in _SIDES]
    frame = pd.DataFrame({place: sides[place][rows].array for place in order}, index=index)
    frame.columns = pd.MultiIndex.from_tuples(order) if order else pd.MultiIndex([[], []], [[], []])
    return frame


def _differs(old: pd.Series[Any], new: pd.Series[Any], rtol: float, atol: float) -> Any:
    missing = old.isna().to_numpy(), new.isna().to_numpy()
    if _is_number(old) and _is_number(new):
        a, b = (side.to_numpy("float64", na_value=np.nan) for side in (old, new))
        with np.errstate(invalid="ignore"):
            same = (a == b) | (np.abs(a - b) <= atol + rtol * np.abs(a))
    else:
        if old.dtype != new.dtype:
            old, new = old.astype(object), new.astype(object)
        same = (old == new).to_numpy(dtype=bool, na_value=False)
    return np.where(missing[0] | missing[1], missing[0] != missing[1], ~same)


def _is_number(values: pd.Series[Any]) -> bool:
    return is_numeric_dtype(values.dtype) and not is_bool_dtype(values.dtype)


def _is_text(values: pd.Series[Any]) -> bool:
    return bool(pd.api.types.is_string_dtype(values.dtype))


def _texts(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return values as texts; whole numbers without a decimal point."""
    if _is_number(values):
        whole = values.dropna()
        if (whole == whole.round()).all():
            values = values.astype("Int64")
    return values.astype("string").astype(object).where(values.notna(), None)


def _names(given: str | Sequence[str]) -> list[str]:
    return [given] if isinstance(given, str) else [str(name) for name in given]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", date_format="iso"))
    return records
