"""Arrow columns -> the JSON text of records, without a Python object per value; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from anaplan_frames.codec.null_texts import texts_unless

_TEXT = pa.large_string()
_CONTROL = r"[\x00-\x1f]"


@dataclass(frozen=True, slots=True)
class InnerObjects:
    """One JSON object per row, as large_string; null if it is left out."""

    texts: pa.Array


def json_array(records: pa.Array) -> bytes:
    """Join records to a JSON array."""
    lines = pa.LargeListArray.from_arrays([0, len(records)], records)
    joined: bytes = pc.binary_join(lines, pa.scalar(",", _TEXT))[0].as_buffer().to_pybytes()
    return b"[" + joined + b"]"


def json_records(members: Mapping[str, pa.Array | InnerObjects], count: int) -> pa.Array:
    """Make one JSON object per row.

    Parameters
    ----------
    members : mapping of str to array or InnerObjects
        By key: texts and booleans as they are in Arrow, or what `nested` made. A null leaves the
        key out of its row's object.
    count : int
        The number of rows.

    Returns
    -------
    pa.Array
        Of large_string, ``{}`` for a row of nulls.
    """
    return _objects([(key, json_values(column)) for key, column in members.items()], count)


def nested(members: Mapping[str, pa.Array], count: int) -> InnerObjects:
    """Make one inner object per row, to be a member of `json_records`; null if it is empty."""
    inner = _objects([(key, json_values(column)) for key, column in members.items()], count)
    empty = pc.equal(inner, "{}")
    return InnerObjects(texts_unless(empty, inner))


def _objects(members: Iterable[tuple[str, pa.Array]], count: int) -> pa.Array:
    """Join ``"key":value`` pairs row by row; each brings its comma, and the first one loses it."""
    parts = [
        pc.binary_join_element_wise(pa.scalar(f",{json.dumps(key)}:", _TEXT), column, _NOTHING)
        for key, column in members
    ]
    if not parts:
        return pa.array(["{}"] * count, _TEXT)
    pairs = pc.binary_join_element_wise(
        *parts, _NOTHING, null_handling="replace", null_replacement=""
    )
    inner = pc.ascii_ltrim(pairs, ",")
    return pc.binary_join_element_wise(
        pa.scalar("{", _TEXT), inner, pa.scalar("}", _TEXT), _NOTHING
    )


_NOTHING, _OPEN, _CLOSE = (pa.scalar(mark, _TEXT) for mark in ("", "{", "}"))


def json_values(column: pa.Array | InnerObjects) -> pa.Array:
    """Write texts and booleans as JSON values, or take what `nested` made; nulls stay null."""
    if isinstance(column, InnerObjects):
        return column.texts
    if pt.is_boolean(column.type):
        return pc.cast(column, _TEXT)
    texts = pc.cast(column, _TEXT)
    if pc.any(pc.match_substring_regex(texts, _CONTROL)).as_py():
        return pa.array([None if t is None else json.dumps(t) for t in texts.to_pylist()], _TEXT)
    escaped = pc.replace_substring(pc.replace_substring(texts, "\\", "\\\\"), '"', '\\"')
    quote = pa.scalar('"', _TEXT)
    return pc.binary_join_element_wise(quote, escaped, quote, _NOTHING)
