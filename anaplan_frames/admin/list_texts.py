"""Columns that hold lists, such as a user's workspaces, written as texts, and read again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from anaplan_frames.dataframes.spool import open_kept
from anaplan_frames.dataframes.unsupported_data import is_polars
from anaplan_frames.json_parsing import parse_json
from anaplan_frames.writes.input_texts import InputTexts
from anaplan_frames.writes.retained_rows import RetainedRows

_NO_LISTS = (str, bytes, Mapping)


def with_list_texts(data: Any, targets: Iterable[str], mapping: Mapping[str, str]) -> Any:
    """Return data in which the lists of some columns are JSON texts.

    Parameters
    ----------
    data
        A table. What is neither a DataFrame nor Arrow data is returned as it is.
    targets : iterable of str
        The columns of the target that take lists.
    mapping : mapping of str to str
        The data's column -> the target's.
    """
    wanted = set(targets)
    if isinstance(data, pd.DataFrame):
        names = [mapping.get(name, name) for name in map(str, data.columns)]
        return _frame_with_texts(data, [n for n, name in enumerate(names) if name in wanted])
    if is_polars(data, "DataFrame"):
        table = data.to_arrow()
        changed = _table_with_texts(table, wanted, mapping)
        return data if changed is table else changed
    if isinstance(data, pa.Table | pa.RecordBatch | pa.RecordBatchReader):
        return _table_with_texts(data, wanted, mapping)
    return data


def with_own_rows(texts: InputTexts, data: Any, converted: Any, *, index: bool) -> InputTexts:
    """Let rejected rows be those of the caller's data, not those with texts for lists."""
    if converted is data or isinstance(data, pa.RecordBatchReader):  # which is read already
        return texts
    return replace(texts, rows=RetainedRows(open_kept(data, index=index, keep=False)))


def split_list(text: str) -> list[str]:
    """Return the parts of a text that holds a list: JSON, or texts with commas between them."""
    if text.lstrip().startswith("["):
        try:
            found = parse_json(text)
        except ValueError:
            found = None
        if isinstance(found, list):
            return [str(each).strip() for each in found if each is not None]
    return [part.strip() for part in text.split(",") if part.strip()]


def _frame_with_texts(frame: pd.DataFrame, columns: list[int]) -> pd.DataFrame:
    changed = frame
    for number in columns:
        column = frame.iloc[:, number]
        texts = [_text(value) for value in column]
        if any(text is not value for text, value in zip(texts, column, strict=True)):
            changed = changed.copy(deep=False) if changed is frame else changed
            changed.isetitem(number, np.array(texts, dtype=object))
    return changed


def _table_with_texts(data: Any, wanted: set[str], mapping: Mapping[str, str]) -> Any:
    lists = [
        column.name
        for column in data.schema
        if mapping.get(column.name, column.name) in wanted and _is_list(column.type)
    ]
    if not lists:
        return data
    if isinstance(data, pa.RecordBatch):
        data = pa.Table.from_batches([data])
    table = data.read_all() if isinstance(data, pa.RecordBatchReader) else data
    for name in lists:
        values = pa.array([_text(value) for value in table[name].to_pylist()], pa.string())
        table = table.set_column(table.schema.get_field_index(name), name, values)
    return table


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def _text(value: Any) -> Any:
    """Write a list as JSON; what is not a list stays as it is."""
    if isinstance(value, _NO_LISTS) or not isinstance(value, Iterable):
        return value
    return json.dumps([str(each) for each in value], ensure_ascii=False)
