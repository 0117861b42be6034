"""Answers full of audit events, which are JSON, into Arrow record batches."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from anaplan_frames.codec.attribute_texts import (
    MARK,
    attribute_columns,
    cut_out,
    parse_list,
    readable,
)
from anaplan_frames.codec.event_columns import ATTRIBUTES, BY_NAME, NEEDED, EventColumn
from anaplan_frames.codec.text import is_utf8
from anaplan_frames.json_parsing import parse_json

_LIST = "response"
# What parsing by Python raises if an answer is not as it should be.
_MISFITS = (
    *(ValueError, TypeError, KeyError, AttributeError),
    *(OverflowError, pa.ArrowException),
)
_MOST = 2**31 - 1  # bytes: an answer is one Arrow string


class BrokenEvents(ValueError):
    """An answer does not hold events as Anaplan describes them."""


class EventDecoder:
    """Decode answers with audit events; pure, so several threads may share one.

    Parameters
    ----------
    names : sequence of str
        The columns to decode; `NEEDED` ones come first in any case.
    attributes : mapping of str to str
        Names of further columns, and the keys of the events' attributes that they have.
    """

    def __init__(self, names: Sequence[str], attributes: Mapping[str, str]) -> None:
        self._columns = [BY_NAME[name] for name in dict.fromkeys([*NEEDED, *names])]
        self._attributes = dict(attributes)
        self._with_attributes = bool(attributes) or any(c.key == ATTRIBUTES for c in self._columns)
        fields = [(column.name, column.type) for column in self._columns]
        self.schema: Any = pa.schema([*fields, *((name, pa.string()) for name in attributes)])

    def decode(self, content: bytes) -> pa.RecordBatch:
        """Decode one answer.

        Raises
        ------
        BrokenEvents
            It is not JSON, or has no list of events, or an event has no id or time.
        """
        if len(content) > _MOST or not is_utf8(pa.py_buffer(content)):  # Arrow does not look
            found = self._reread(content)
        else:
            found = self._parsed(content)
        attributes = found.get(ATTRIBUTES)
        arrays = [found[column.key] for column in self._columns]
        if self._attributes:
            try:
                arrays += attribute_columns(attributes, list(self._attributes.values()))
            except ValueError as error:
                raise BrokenEvents(f"the attributes of an event: {error}") from None
        batch = pa.RecordBatch.from_arrays(arrays, schema=self.schema)
        if any(batch.column(name).null_count for name in NEEDED):
            raise BrokenEvents("an event has no id or no time")
        return batch

    def _parsed(self, content: bytes) -> dict[str, pa.Array]:
        """Let Arrow parse an answer; if it does not fit, Python does."""
        for texts in (False, True) if self._with_attributes else (False,):
            try:
                return self._by_arrow(content, texts=texts)
            except pa.ArrowInvalid:
                continue
        return self._reread(content)

    def _by_arrow(self, content: bytes, *, texts: bool) -> dict[str, pa.Array]:
        fields = {c.key: _type_in_json(c.type) for c in self._columns if c.key != ATTRIBUTES}
        if not self._with_attributes:
            return self._cast(parse_list(content, _LIST, fields))
        attributes, rest = cut_out(content, texts=texts)
        found = parse_list(rest, _LIST, {**fields, ATTRIBUTES: pa.int64()})
        marks = found.pop(ATTRIBUTES)
        placed = pc.sum(pc.equal(marks, MARK), min_count=0).as_py()
        if not placed == len(attributes) == len(marks) - marks.null_count:
            raise pa.ArrowInvalid("attributes that are a number, or not where they should be")
        places = pc.subtract(pc.cumulative_sum(marks.is_valid().cast(pa.int64())), 1)
        rows = pc.if_else(marks.is_valid(), places, None)
        return {**self._cast(found), ATTRIBUTES: attributes.take(rows)}

    def _cast(self, found: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
        kinds = {column.key: column.type for column in self._columns}
        return {key: array.cast(kinds[key]) for key, array in found.items()}

    def _reread(self, content: bytes) -> dict[str, pa.Array]:
        """Parse by Python, which takes numbers in quotes, and texts that are not Unicode."""
        try:
            answer = parse_json(content.decode("utf-8", "surrogatepass"))
            events = answer[_LIST]
            if not isinstance(events, list):
                raise ValueError(f"{_LIST!r} is not a list")
            columns = [*self._columns, BY_NAME["additional_attributes"]]
            return {
                column.key: pa.array([_value(event, column) for event in events], column.type)
                for column in columns
            }
        except _MISFITS as error:
            raise BrokenEvents(str(error)) from None


def _type_in_json(kind: pa.DataType) -> pa.DataType:
    return pa.int64() if pt.is_timestamp(kind) else kind


def _value(event: Mapping[str, Any], column: EventColumn) -> Any:
    value = event.get(column.key)
    if value is None:
        return None
    if column.key == ATTRIBUTES:
        return json.dumps(value)
    if pt.is_boolean(column.type):
        return value if isinstance(value, bool) else {"true": True, "false": False}[value.lower()]
    if pt.is_string(column.type):
        return readable(value) if isinstance(value, str) else json.dumps(value)
    if isinstance(value, bool | float):
        raise ValueError(f"{column.key} is {value!r}")
    return int(value)
