"""Arrow's string views as ordinary strings, also by a pyarrow that can hold them and no more.

Polars hands its texts over as string views. In versions of pyarrow before 24 some or all of the
functions for them are missing, such as casts and ``take``.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

_TEXT = pa.large_string()
# A view has 16 bytes: the length, then the text itself if it has at most 12 bytes; else its first
# four, the number of the buffer that has it, and where it begins there.
_VIEW = np.dtype([("length", "<i4"), ("head", "<i4"), ("buffer", "<i4"), ("offset", "<i4")])
_INLINE = 12
_TEXT_IN_VIEW = 4
# The index of the bytes that are gathered has eight bytes for each of them.
_ROWS_AT_A_TIME = 16_384


@cache
def has_functions() -> bool:
    """Whether this pyarrow can select from string views, and cast them."""
    views = pa.array(["a"], pa.string_view())
    try:
        pc.cast(pc.take(views, pa.array([0])), _TEXT)
    except pa.ArrowNotImplementedError:
        return False
    return True


def usable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch whose columns this pyarrow has functions for: views may become strings."""
    if has_functions() or not any(pt.is_string_view(kind) for kind in batch.schema.types):
        return batch
    columns = [
        without_views(column) if pt.is_string_view(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, batch.schema.names)


def usable_table(table: pa.Table) -> pa.Table:
    """Return a table whose columns this pyarrow has functions for, as `usable` does a batch."""
    if not has_functions():
        for number, field in enumerate(table.schema):
            if pt.is_string_view(field.type):
                chunks = [without_views(chunk) for chunk in table.column(number).chunks]
                column = pa.chunked_array(chunks, _TEXT)
                table = table.set_column(number, field.name, column)
    return table


def byte_size(data: pa.RecordBatch | pa.Table) -> int:
    """Return the memory that the rows take, or that of all buffers if there are string views."""
    try:
        return int(data.nbytes)
    except pa.ArrowTypeError:  # before pyarrow 18
        return int(data.get_total_buffer_size())


def without_views(texts: pa.Array) -> pa.Array:
    """Return string views as large strings.

    Parameters
    ----------
    texts : pa.Array
        Of type ``string_view``.
    """
    if has_functions():
        return pc.cast(texts, _TEXT)
    starts = range(0, len(texts), _ROWS_AT_A_TIME)
    found = [_gathered(texts.slice(start, _ROWS_AT_A_TIME)) for start in starts]
    return pa.concat_arrays(found) if found else pa.array([], _TEXT)


def _gathered(texts: pa.Array) -> pa.Array:
    """Copy the texts one after the other, as strings are stored."""
    _, view_buffer, *others = texts.buffers()
    views = np.frombuffer(view_buffer, _VIEW, len(texts), texts.offset * _VIEW.itemsize)
    is_valid = texts.is_valid().to_numpy(zero_copy_only=False)
    lengths = np.where(is_valid, views["length"], 0).astype(np.int64)
    ends = np.cumsum(lengths)
    content = np.empty(ends[-1], np.uint8)
    is_inline = lengths <= _INLINE
    places = (np.arange(len(texts)) + texts.offset) * _VIEW.itemsize + _TEXT_IN_VIEW
    _copy(view_buffer, places, is_inline, lengths, ends, content)
    for number, buffer in enumerate(others):
        is_here = ~is_inline & (views["buffer"] == number)
        _copy(buffer, views["offset"].astype(np.int64), is_here, lengths, ends, content)
    offsets = pa.py_buffer(np.concatenate([[0], ends]).astype(np.int64))
    validity = pa.array(is_valid).buffers()[1]
    return pa.Array.from_buffers(
        _TEXT, len(texts), [validity, offsets, pa.py_buffer(content)], int((~is_valid).sum())
    )


def _copy(
    buffer: pa.Buffer,
    places: npt.NDArray[np.int64],
    chosen: npt.NDArray[np.bool_],
    lengths: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    content: npt.NDArray[np.uint8],
) -> None:
    """Copy the chosen texts, which begin at `places` of a buffer, to their ends in `content`."""
    sizes = lengths[chosen]
    before = np.cumsum(sizes) - sizes
    step = np.arange(sizes.sum()) - np.repeat(before, sizes)
    targets = np.repeat((ends - lengths)[chosen], sizes) + step
    content[targets] = np.frombuffer(buffer, np.uint8)[np.repeat(places[chosen], sizes) + step]
