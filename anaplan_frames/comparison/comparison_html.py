"""A comparison as HTML, for notebooks, light or dark."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

_MOST_SHOWN = 10  # rows of each kind
_LONGEST = 80  # characters of a value
_MISSING = "<i>missing</i>"


def comparison_html(verdict: str, summary: str, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the verdict, the counts and the first rows of each table.

    Parameters
    ----------
    verdict, summary : str
    tables : mapping of str to DataFrame
        By the attribute that has them. Of ``changed``, a value is shown as ``old → new`` under its
        column, and one that is the same as an empty cell. Colors are those of the page.
    """
    parts = [f"<p><b>{escape(verdict)}</b>: {escape(summary)}.</p>"]
    for name, frame in tables.items():
        if not len(frame):
            continue
        head = frame.head(_MOST_SHOWN)
        table = _changes(head) if name == "changed" else _cells(head)
        parts += [
            f"<p>{name.title()}</p>",
            table.to_html(index=False, escape=False, border=0, justify="left"),
        ]
        if len(frame) > _MOST_SHOWN:
            parts.append(f"<p>{len(frame) - _MOST_SHOWN:,} more are in <code>.{name}</code>.</p>")
    return "\n".join(parts)


def _changes(changed: pd.DataFrame) -> pd.DataFrame:
    """Return the key, and a column for each that has a difference."""
    keys = changed.index.to_frame(index=False)
    columns = [(escape(str(name)), keys[name].map(_shown)) for name in keys]
    for name in dict.fromkeys(changed.columns.get_level_values(0)):
        pairs = zip(changed[name, "old"], changed[name, "new"], strict=True)
        shown = [_change(_shown(before), _shown(after)) for before, after in pairs]
        columns.append((escape(str(name)), pd.Series(shown, dtype=object)))
    return _table(columns)


def _change(before: str, after: str) -> str:
    return "" if before == after else f"{before} → <b>{after}</b>"


def _cells(frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame.reset_index(drop=True)
    return _table([(escape(str(name)), rows[name].map(_shown)) for name in rows])


def _table(columns: list[tuple[str, pd.Series[Any]]]) -> pd.DataFrame:
    """Return columns, whose names may repeat, as one table."""
    table = pd.DataFrame({place: values for place, (_, values) in enumerate(columns)}, dtype=object)
    return table.set_axis([name for name, _ in columns], axis=1)


def _shown(value: Any) -> str:
    """Return a value as a person reads it, escaped."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return _MISSING
    if isinstance(value, pd.Timestamp) and value == value.normalize():
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:,.15g}" if abs(value) < 1e15 else repr(value)
    text = str(value)
    return escape(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
