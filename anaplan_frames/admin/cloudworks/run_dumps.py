"""The rows that runs rejected, read from their failure dumps."""

from __future__ import annotations

import csv
from collections.abc import Sequence

import pandas as pd

from anaplan_frames.bulk.failure_dump import parse_dump
from anaplan_frames.bulk.rejected_rows import as_sent
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.dataframes.record_frames import TEXT_DTYPE

_STATUS, _LINE = "_status_", "_line_"
_FIRST = ("action", "action_id")


def rejected_rows(content: bytes) -> pd.DataFrame:
    """Return the rows of a failure dump as Anaplan sent them, all text.

    Returns
    -------
    pandas.DataFrame
        The columns of the source, ``_Line_`` (Int64) and ``error``; without names for the columns
        if the dump does not have the documented header.
    """
    headers = _headers(content)
    return as_sent(parse_dump(content, headers, Dialect()), headers)


def _headers(content: bytes) -> Sequence[str]:
    """Return the headers of the source: what stands between the status and the line."""
    text = content.decode("utf-8-sig", "replace")
    first = next(csv.reader(text.splitlines()[:1]), [])
    folded = [name.strip().casefold() for name in first]
    if _LINE not in folded:
        return ()
    start = folded.index(_STATUS) + 1 if _STATUS in folded else 0
    return tuple(first[start : folded.index(_LINE)])


def stacked(parts: Sequence[tuple[str, str, pd.DataFrame]]) -> pd.DataFrame:
    """Return the rejected rows of several actions as one table.

    Parameters
    ----------
    parts : sequence of (str, str, pandas.DataFrame)
        The name and id of each action, and its rows.
    """
    frames = []
    for name, id_, rows in parts:
        whole = rows.reset_index(drop=True)
        for position, (column, value) in enumerate(zip(_FIRST, (name, id_), strict=True)):
            whole.insert(position, column, pd.Series([value] * len(whole), dtype=TEXT_DTYPE))
        if len(whole):
            frames.append(whole)
    if frames:
        return pd.concat(frames, ignore_index=True)
    dtypes = {**dict.fromkeys(_FIRST, TEXT_DTYPE), "_Line_": "Int64", "error": TEXT_DTYPE}
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})
