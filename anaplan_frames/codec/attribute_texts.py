"""The attributes of audit events, taken out of the text of an answer as they stand there.

An event's ``additionalAttributes`` are a free map, which no schema describes. Their text is kept,
and the rest of the answer is parsed with a number in their place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pa_json

from anaplan_frames.json_parsing import parse_json

_KEY = b'"additionalAttributes":'
_TEXT_VALUE = re.compile(rb'(?<!\\)"additionalAttributes":("(?:[^"\\]|\\.)*")', re.DOTALL)
_OPEN, _CLOSE, _QUOTE, _BACKSLASH, _COLON, _COMMA, _LETTERS = b'{}"\\:,A'
MARK = 71_293_846_501_127_339
"""Stands for an event's attributes; a number that an event does not have by chance."""
_EVENT_DEPTH = 3  # objects around an event's attributes, themselves included
_LIST = "attributes"

Positions = npt.NDArray[np.int64]
Spans = tuple[Positions, Positions]


def cut_out(content: bytes, *, texts: bool = False) -> tuple[pa.Array, pa.Buffer]:
    """Return the attributes of the events that have some, and the answer without them.

    Parameters
    ----------
    content : bytes
        An answer with events. If it is not valid JSON, what is returned is not, either.
    texts : bool, default False
        Whether to look also for attributes that are a text, not an object. Some events of
        Forecaster have such, as a client found.

    Returns
    -------
    pyarrow.Array
        Of strings: JSON, one per event that has attributes.
    pyarrow.Buffer
        The answer, with `MARK` instead of each of them.

    Raises
    ------
    pyarrow.ArrowInvalid
        It is not valid JSON.
    """
    starts, ends = _objects(content)
    if texts:
        found = [match.span(1) for match in _TEXT_VALUE.finditer(content)]
        more = np.array(found, np.int64).reshape(-1, 2)
        starts, ends = np.concatenate([starts, more[:, 0]]), np.concatenate([ends, more[:, 1]])
        starts, ends = _outermost(starts, ends)
    bounds = np.empty(2 * len(starts) + 2, np.int32)
    bounds[0], bounds[-1] = 0, len(content)
    bounds[1:-1:2], bounds[2:-1:2] = starts, ends
    if (np.diff(bounds) < 0).any():  # Arrow would read memory that is not the answer's
        raise pa.ArrowInvalid("attributes that overlap, as in JSON that is broken")
    pieces = _strings(content, bounds)
    every = np.arange(len(pieces), dtype=np.int32)
    around = pieces.take(pa.array(every[::2]))
    whole = pa.ListArray.from_arrays(pa.array([0, len(around)], pa.int32()), around)
    return pieces.take(pa.array(every[1::2])), pc.binary_join(whole, str(MARK))[0].as_buffer()


def attribute_columns(attributes: pa.Array, keys: Sequence[str]) -> list[pa.Array]:
    """Return the values of some keys, as texts; missing if an event does not have the key.

    A value that is not a text is given as JSON: ``true``, ``4``, ``["a"]``.
    """
    try:
        return _parsed(attributes.drop_null(), attributes.is_valid(), keys)
    except pa.ArrowInvalid:
        objects = [_object(text) for text in attributes.to_pylist()]
        return [pa.array([_text(each.get(key)) for each in objects], pa.string()) for key in keys]


def _parsed(texts: pa.Array, valid: pa.Array, keys: Sequence[str]) -> list[pa.Array]:
    """Let Arrow parse the texts, which raises ArrowInvalid if some value is not a text."""
    if not len(texts):
        return [pa.nulls(len(valid), pa.string()) for _ in keys]
    joined = pc.binary_join(
        pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts), ","
    )[0].as_buffer()
    content = b"".join([f'{{"{_LIST}":['.encode(), joined, b"]}"])
    values = parse_list(content, _LIST, {key: pa.string() for key in keys})
    # Each value goes to the row of its text.
    rows = pc.if_else(valid, pc.subtract(pc.cumulative_sum(valid.cast(pa.int64())), 1), None)
    return [values[key].take(rows) for key in keys]


def parse_list(
    content: bytes | pa.Buffer, key: str, fields: dict[str, pa.DataType]
) -> dict[str, pa.Array]:
    """Let Arrow parse a JSON object in which a list of objects is, in this thread.

    Parameters
    ----------
    content : bytes or pyarrow.Buffer
    key : str
        The list's.
    fields : dict of str to pyarrow.DataType
        The keys of its objects to return; all others are left out.

    Raises
    ------
    pyarrow.ArrowInvalid
        It is not valid JSON, there is no such list, or a value is not of its type.
    """
    kind = pa.struct(list(fields.items()))
    table = pa_json.read_json(
        pa.BufferReader(content),
        read_options=pa_json.ReadOptions(use_threads=False, block_size=len(content) + 1),
        parse_options=pa_json.ParseOptions(
            explicit_schema=pa.schema([(key, pa.list_(kind))]), unexpected_field_behavior="ignore"
        ),
    )
    lists = table.column(key).combine_chunks()
    objects = lists.flatten()
    if len(lists) != 1 or lists.null_count or objects.null_count:
        raise pa.ArrowInvalid("no list, one with a null in it, or more than one object")
    return dict(zip(fields, objects.flatten(), strict=True))


def _objects(content: bytes) -> Spans:
    """Return where the events' attributes begin and end that are objects."""
    found = _flat_objects(content)
    return _all_objects(content) if found is None else found


def _outermost(starts: Positions, ends: Positions) -> Spans:
    """Return the spans in order, without those in others: the attributes may have such a key."""
    order = np.argsort(starts)
    starts, ends = starts[order], ends[order]
    before = np.maximum.accumulate(np.concatenate([[0], ends]))[:-1]
    kept = starts >= before
    return starts[kept], ends[kept]


def _flat_objects(content: bytes) -> Spans | None:
    """Find attributes by what is around them; None if any has objects or braces in it.

    The key with its quotes cannot be in a text, as a quote there has a backslash before it. A
    brace is the end of an object if a comma, a quote and a letter follow: after the quote that
    ends a text there is none.
    """
    buffer = np.frombuffer(content, np.uint8)
    opens, closes = np.flatnonzero(buffer == _OPEN), np.flatnonzero(buffer == _CLOSE)
    starts = _after_key(buffer, opens)
    if not len(starts):
        return starts, starts
    places = np.searchsorted(closes, starts)
    if places[-1] == len(closes) or closes[places[-1]] + 3 >= len(buffer):
        return None
    ends = closes[places]
    following = np.append(opens, len(buffer))[np.searchsorted(opens, starts, side="right")]
    is_end = (buffer[ends + 1] == _COMMA) & (buffer[ends + 2] == _QUOTE)
    is_end &= (buffer[ends + 3] >= _LETTERS) & (following > ends)
    return (starts, ends + 1) if is_end.all() else None


def _all_objects(content: bytes) -> Spans:
    """Find attributes by counting braces outside of texts."""
    buffer = np.frombuffer(content, np.uint8)
    braces = np.flatnonzero((buffer == _OPEN) | (buffer == _CLOSE))
    braces = braces[np.searchsorted(_quotes(buffer), braces) % 2 == 0]
    steps = np.where(buffer[braces] == _OPEN, 1, -1)
    depths = np.cumsum(steps)
    starts = braces[(steps == 1) & (depths == _EVENT_DEPTH)]
    ends = braces[(steps == -1) & (depths == _EVENT_DEPTH - 1)] + 1
    count = min(len(starts), len(ends))
    starts, ends = starts[:count], ends[:count]
    found = np.isin(starts, _after_key(buffer, starts))
    return starts[found], ends[found]


def _quotes(buffer: npt.NDArray[np.uint8]) -> Positions:
    """Return where quotes are that begin or end a text: those without a backslash before them."""
    quotes = np.flatnonzero(buffer == _QUOTE)
    back = quotes - 1
    escaped = np.zeros(len(quotes), np.bool_)
    open_ = (back >= 0) & (buffer[back] == _BACKSLASH)
    while open_.any():  # as often as there are backslashes in a row
        escaped ^= open_
        back = np.where(open_, back - 1, back)
        open_ &= (back >= 0) & (buffer[back] == _BACKSLASH)
    return quotes[~escaped]


def _after_key(buffer: npt.NDArray[np.uint8], starts: Positions) -> Positions:
    """Return which of the positions follow the key of the attributes."""
    length = len(_KEY)
    starts = starts[starts > length]
    starts = starts[buffer[starts - 1] == _COLON]
    if not len(starts):
        return starts
    windows = np.lib.stride_tricks.sliding_window_view(buffer, length)
    same = (windows[starts - length] == np.frombuffer(_KEY, np.uint8)).all(axis=1)
    found: Positions = starts[same & (buffer[starts - length - 1] != _BACKSLASH)]
    return found


def _strings(content: bytes, bounds: npt.NDArray[np.int32]) -> pa.Array:
    """Return the pieces of a text between its bounds, without a copy."""
    buffers = [None, pa.py_buffer(bounds), pa.py_buffer(content)]
    return pa.Array.from_buffers(pa.string(), len(bounds) - 1, buffers)


def _object(text: str | None) -> dict[str, Any]:
    found = parse_json(text) if text is not None else None
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str | None:
    """Return a value as text; one that is not a text as JSON."""
    if value is None:
        return None
    return readable(value) if isinstance(value, str) else json.dumps(value)


def readable(text: str) -> str:
    """Return a text in which lone halves of surrogate pairs are replaced by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
