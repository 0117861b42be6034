"""`Comparison`: how two tables, or two models, differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from anaplan_frames.comparison.both_totals import both_totals
from anaplan_frames.comparison.compared_columns import check_columns
from anaplan_frames.comparison.comparison_html import comparison_html
from anaplan_frames.errors import ColumnMismatch

SCHEMA = 1
"""The version of `Comparison.to_dict`; it changes if a key changes its meaning."""


def _nothing_unchecked() -> pd.DataFrame:
    return pd.DataFrame(columns=["subject", "reason"], dtype="str")


@dataclass(frozen=True, repr=False, kw_only=True)
class Comparison:
    """How two tables or models differ; made by `compare` and `Model.compare`.

    Attributes
    ----------
    key : tuple of str
        The columns by which rows were found.
    columns : tuple of str
        The columns that were compared. Like the key, by the names of the new table.
    rows_old, rows_new : int
        How many rows each table has.
    added, removed : pandas.DataFrame
        The rows whose key is only in the new, or only in the old table, with all its columns, and
        the index of the data.
    changed : pandas.DataFrame
        The rows that are in both and differ, with the key as index. Its columns have two levels,
        as those of `pandas.DataFrame.compare`: the column, then ``"old"`` and ``"new"``. Only
        columns with a difference are there.
    unchecked : pandas.DataFrame
        ``subject`` and ``reason`` (text): what could not be compared, because your user may not
        read it. Of tables there is nothing.
    unit : str
        What is counted: ``"rows"``, or ``"things"`` of a model.
    """

    key: tuple[str, ...]
    columns: tuple[str, ...]
    rows_old: int
    rows_new: int
    added: pd.DataFrame
    removed: pd.DataFrame
    changed: pd.DataFrame
    unchecked: pd.DataFrame = field(default_factory=_nothing_unchecked)
    unit: str = "rows"
    _tables: tuple[pd.DataFrame, pd.DataFrame] = field(repr=False)

    @property
    def equal(self) -> bool:
        """Whether both have the same keys, and the same values for each; False if that is unclear.

        It is unclear if there are no differences, but something is `unchecked`.
        """
        return self.verdict == "equal"

    @property
    def verdict(self) -> str:
        """``"equal"``, ``"different"`` or ``"unclear"``."""
        if len(self.added) or len(self.removed) or len(self.changed):
            return "different"
        return "unclear" if len(self.unchecked) else "equal"

    def totals(
        self,
        by: str | Sequence[str] = (),
        measures: str | Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Return sums of both tables, and their differences.

        Parameters
        ----------
        by : str or sequence of str, default ()
            The columns to group by; by default one row, ``"all"``, has the sums of all rows.
        measures : str or sequence of str, optional
            The columns to sum; by default all compared ones that are numbers.

        Returns
        -------
        pandas.DataFrame
            The groups as index, sorted; two levels of columns: the measure, then ``"old"``,
            ``"new"`` and ``"difference"`` (new minus old). A group that a table does not have
            counts as 0, and so does a missing value. Sums of floats are rounded as floats are.

        Raises
        ------
        ColumnMismatch
            If there is no such column, or if a measure is not a number, or nothing is.

        Examples
        --------
        >>> comparison.totals("Region")  # doctest: +SKIP
        """
        groups = names_of(by)
        old, new = self._tables
        values = [name for name in old.columns if name not in self.key]
        numbers = [name for name in values if _is_number(old[name]) and _is_number(new[name])]
        summed = numbers if measures is None else names_of(measures)
        check_columns([*groups, *summed], list(old.columns), "comparison")
        summed = [name for name in summed if measures is not None or name not in groups]
        for name in summed:
            if name not in numbers:
                raise ColumnMismatch(
                    f"Column {name!r} is not a number, so it has no total. Leave it out of "
                    "measures=."
                )
            if name in groups:
                raise ColumnMismatch(f"Column {name!r} is in by= and in measures=. Choose one.")
        if not summed:
            raise ColumnMismatch(
                "No compared column is a number, so there are no totals. "
                "Name the columns to add up with measures=."
            )
        return both_totals(old, new, list(dict.fromkeys(groups)), list(dict.fromkeys(summed)))

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
            (keys, and for each column ``{"old": ..., "new": ...}``), ``unchecked``. Dates are ISO
            texts, and other values that JSON does not have are texts.
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
            "unchecked": _records(self.unchecked),
        }

    def to_html(self) -> str:
        """Return the verdict, the counts and the first rows of each kind as HTML."""
        names = ("changed", "added", "removed", "unchecked")
        tables = {name: getattr(self, name) for name in names}
        return comparison_html(self.verdict, self.summary, tables)

    def _repr_html_(self) -> str:
        return self.to_html()

    @property
    def summary(self) -> str:
        """The counts in one sentence."""
        unclear = f", {len(self.unchecked):,} not compared" if len(self.unchecked) else ""
        return (
            f"{len(self.added):,} {self._units(len(self.added))} added, "
            f"{len(self.removed):,} removed, {len(self.changed):,} changed{unclear}; "
            f"{self.rows_old:,} old {self._units(self.rows_old)}, "
            f"{self.rows_new:,} new {self._units(self.rows_new)}"
        )

    def _units(self, count: int) -> str:
        return self.unit.removesuffix("s") if count == 1 else self.unit

    def _changes(self, rows: int) -> list[dict[str, Any]]:
        head = self.changed.head(rows)
        keys = _records(head.index.to_frame(index=False))
        names = list(dict.fromkeys(head.columns.get_level_values(0)))
        sides = {name: _records(head[name].reset_index(drop=True)) for name in names}
        return [
            record | {name: sides[name][number] for name in names}
            for number, record in enumerate(keys)
        ]

    def __repr__(self) -> str:
        return f"<Comparison: {self.verdict}; {self.summary}>"


def names_of(given: str | Sequence[str]) -> list[str]:
    """Return one name or several as a list."""
    return [given] if isinstance(given, str) else [str(name) for name in given]


def _is_number(values: pd.Series[Any]) -> bool:
    return is_numeric_dtype(values.dtype) and not is_bool_dtype(values.dtype)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    names = [str(name) for name in frame.columns]
    rows = zip(*(frame.iloc[:, place].astype(object) for place in range(len(names))), strict=True)
    return [dict(zip(names, map(_json_value, row), strict=True)) for row in rows]


def _json_value(value: Any) -> Any:
    """Return a value as JSON has it, exactly; what it does not have as text."""
    if isinstance(value, np.generic):
        value = value.item()
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
