"""Blocks of list items, which are JSON, into Arrow record batches typed by the list's columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pa_json

from anaplan_frames.codec.block_decoder import BlockFault, memory_pool, type_fault
from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.codec.lenient_parsing import ParseError, to_type
from anaplan_frames.codec.null_texts import texts_unless
from anaplan_frames.codec.pieces import Block
from anaplan_frames.codec.text import is_utf8
from anaplan_frames.json_parsing import parse_json

_LIST = "items"


class ItemDecoder:
    """Decode blocks of items; pure, so several threads may share one.

    A value that an item does not have, ``null`` and an empty text are missing; an item that
    does not name a subset is not in it. Values of properties are texts in the answer, whatever
    their format: they are converted if they are of the column's type beyond doubt.

    Parameters
    ----------
    columns : sequence of ItemColumn
        What to read, with the types to read it as.
    """

    def __init__(self, columns: Sequence[ItemColumn]) -> None:
        self.schema: Any = pa.schema([(column.name, column.type) for column in columns])
        self._columns = list(columns)
        self._options = pa_json.ParseOptions(
            explicit_schema=pa.schema([(_LIST, pa.list_(_item_type(columns)))]),
            unexpected_field_behavior="ignore",
        )
        self._pool = memory_pool()

    def decode(self, block: Block, first_row: int) -> pa.RecordBatch:
        """Decode a block that begins at a known item.

        Raises
        ------
        EncodingError
            If a text is not of its column's type beyond doubt; names column, row and text.
        """
        try:
            return self.decode_block(block)
        except BlockFault as fault:
            raise fault.error(first_row) from None

    def decode_block(self, block: Block) -> pa.RecordBatch:
        """Decode a block of which the first row is not known yet.

        Raises
        ------
        BlockFault
            With the position in the block.
        """
        try:
            found = self._parsed(block)
        except pa.ArrowInvalid:
            found = self._reread(block)
        arrays = [typed(array, column) for array, column in zip(found, self._columns, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _parsed(self, block: Block) -> list[pa.Array]:
        """Let Arrow parse the block in this thread: one JSON object with one list."""
        text = b"".join([b'{"items":[', block, b"]}"])
        if not is_utf8(pa.py_buffer(text)):  # Arrow's parser does not look
            raise BlockFault("the items from here on are not UTF-8.", 0)
        table = pa_json.read_json(
            pa.BufferReader(text),
            read_options=pa_json.ReadOptions(use_threads=False, block_size=len(text) + 1),
            parse_options=self._options,
            memory_pool=self._pool,
        )
        items = table.column(_LIST).combine_chunks().flatten()
        inner: dict[str, pa.StructArray] = {"": items}
        arrays = []
        for column in self._columns:
            if column.section not in inner:
                inner[column.section] = _child(items, column.section)
            arrays.append(_child(inner[column.section], column.key))
        return arrays

    def _reread(self, block: Block) -> list[pa.Array]:
        """Parse again, accepting values that are not texts, and texts that are not Unicode."""
        try:
            items = parse_json(b"".join([b"[", block, b"]"]), parse_int=str, parse_float=str)
        except ValueError as error:
            raise BlockFault(f"the items from here on cannot be read: {error}.", 0) from None
        return [
            pa.array([_text(_value(item, column)) for item in items], pa.string())
            for column in self._columns
        ]


def _item_type(columns: Sequence[ItemColumn]) -> pa.DataType:
    """Return the type of an item as it stands in the answer."""
    sections: dict[str, dict[str, pa.DataType]] = {}
    for column in columns:
        sections.setdefault(column.section, {})[column.key] = _type_in_json(column)
    fields = list(sections.pop("", {}).items())
    fields += [(section, pa.struct(list(inner.items()))) for section, inner in sections.items()]
    return pa.struct(fields)


def _type_in_json(column: ItemColumn) -> pa.DataType:
    if column.section == "subsets":
        return pa.bool_()
    return column.type if _is_text(column.type) else pa.string()


def _child(struct: pa.StructArray, key: str) -> pa.Array:
    """Return a field's values, missing if the whole struct is."""
    position = struct.type.get_field_index(key)
    return struct.flatten()[position] if struct.null_count else struct.field(position)


def typed(found: pa.Array, column: ItemColumn) -> pa.Array:
    """Bring a column's values to its type; an item that does not name a subset is not in it.

    Raises
    ------
    BlockFault
        At the first text that is not of the type beyond doubt, with its position in the array.
    """
    if column.section == "subsets":
        found = pc.fill_null(_converted(found, pa.bool_(), column), False)
    return _converted(found, column.type, column)


def _converted(found: pa.Array, wanted: pa.DataType, column: ItemColumn) -> pa.Array:
    """Bring an array to its type: by Arrow where all texts are as it reads them, else leniently."""
    if _is_text(found.type):
        found = _without_empty(found)
    if found.type == wanted:
        return found
    try:
        return _cast(found, wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        texts = found.cast(pa.string())
    try:
        return to_type(texts, wanted)
    except ParseError as doubt:
        raise type_fault(pa.field(column.name, wanted), doubt) from None


def _cast(found: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Let Arrow convert; to an integer also what is written like ``4.0``."""
    if not (pa.types.is_integer(wanted) and _is_text(found.type)):
        return found.cast(wanted)
    numbers = found.cast(pa.float64())
    largest = pc.max(pc.abs(numbers)).as_py() or 0
    # Beyond that a float does not have all digits.
    return (numbers if largest < 2**53 else found).cast(wanted)


def _without_empty(texts: pa.Array) -> pa.Array:
    """Return the texts with the empty ones missing."""
    empty = pc.equal(pc.binary_length(texts), 0)
    return texts_unless(empty, texts) if pc.any(empty).as_py() else texts


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _value(item: Any, column: ItemColumn) -> Any:
    for key in filter(None, (column.section, column.key)):
        item = item.get(key) if isinstance(item, dict) else None
    return item


def _text(value: Any) -> str | None:
    """Return a value as the text that Anaplan should have sent."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    # A lone half of a surrogate pair is not a character.
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
