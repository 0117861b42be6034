"""Tables from files and stdin as Arrow batches; the cells of CSV are texts, unchanged."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.csv as pv
import pyarrow.parquet as pq

from anaplan_frames.cli.table_formats import STREAM, TableFormat
from anaplan_frames.errors import DataError
from anaplan_frames.json_parsing import parse_json

_BLOCK_BYTES = 4_000_000
_BATCH_ROWS = 65_536
_ARROW_FILE = b"ARROW1"


def read_table(path: str, form: TableFormat, stack: ExitStack) -> Iterator[pa.RecordBatch]:
    """Open a table, and return its batches; there is one at least, so that columns are known.

    Parameters
    ----------
    path : str
        A file, or ``-`` for stdin.
    form : TableFormat
    stack : ExitStack
        Closes the file.

    Raises
    ------
    OSError
        If there is no such file.
    DataError
        If it is not of the format, here or while the batches are taken.
    """
    readers: dict[str, Callable[[str, TableFormat, ExitStack], Iterator[pa.RecordBatch]]] = {
        "csv": _csv,
        "parquet": _parquet,
        "arrow": _arrow,
        "json": _json,
        "jsonl": _jsonl,
    }
    name = "stdin" if path == STREAM else path
    batches = _explained(readers[form.of(path)], path, form, stack, name)
    first = next(batches)
    return _begun(first, batches)


def _begun(first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from rest


def _explained(
    reader: Callable[[str, TableFormat, ExitStack], Iterator[pa.RecordBatch]],
    path: str,
    form: TableFormat,
    stack: ExitStack,
    name: str,
) -> Iterator[pa.RecordBatch]:
    """Yield the batches; what Arrow or JSON says of a damaged file names the file."""
    try:
        yield from reader(path, form, stack)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        said = str(error).partition(" Row: ")[0] if "CSV" in str(error) else str(error)
        raise DataError(f"{name} cannot be read as {form.of(path)}: {said}.") from None
    except DataError:
        raise
    except ValueError as error:  # of a text that is not in this encoding, or not JSON
        raise DataError(f"{name} cannot be read as {form.of(path)}: {error}.") from None


def _binary(path: str, stack: ExitStack) -> Any:
    if path == STREAM:
        return sys.stdin.buffer
    os.stat(path)  # its error names the file
    return stack.enter_context(pa.input_stream(path, compression="detect"))


def _csv(path: str, form: TableFormat, stack: ExitStack) -> Iterator[pa.RecordBatch]:
    # The names of the columns must be known before their types can be set.
    source = _binary(path, stack)
    lines = _Recorded(source)
    parsing = pv.ParseOptions(delimiter=form.separator, newlines_in_values=True)
    reading = pv.ReadOptions(block_size=_BLOCK_BYTES, encoding=form.encoding)
    names = _header(lines, form)
    converting = pv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    again = lines.again()
    reader = pv.open_csv(
        again, read_options=reading, parse_options=parsing, convert_options=converting
    )
    last = pa.RecordBatch.from_pylist([], schema=reader.schema)
    yield last
    for batch in reader:
        yield batch
        last = batch
    _check_end(last, again.quotes)


def _check_end(last: pa.RecordBatch, quotes: int) -> None:
    """Refuse a text that no quotation mark ends, which Arrow takes to go on to the end."""
    if quotes % 2 and last.num_rows and "\n" in (last.columns[-1][-1].as_py() or ""):
        raise DataError("A quotation mark in the CSV has no counterpart. Correct the file.")


def _header(lines: io.RawIOBase, form: TableFormat) -> list[str]:
    """Return the names of the columns."""
    text = io.TextIOWrapper(io.BufferedReader(lines), encoding=form.encoding, newline="")
    try:
        names = next(csv.reader(text, delimiter=form.separator), None)
    finally:
        text.detach()
    if not names:
        raise DataError(
            "The CSV has no header, so its columns have no names. Add a first line with the names."
        )
    names[0] = names[0].removeprefix("\ufeff")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"The CSV has two columns named {', '.join(map(repr, twice))}. Rename one.")
    return names


class _Recorded(io.RawIOBase):
    """A stream that can be read again from its beginning, once."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._held = bytearray()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._source.read(len(buffer))
        self._held += piece
        buffer[: len(piece)] = piece
        return len(piece)

    def again(self) -> _Again:
        return _Again(bytes(self._held), self._source)


class _Again(io.RawIOBase):
    """What was read of a stream, and then the rest; it counts quotation marks."""

    def __init__(self, held: bytes, source: Any) -> None:
        self._held = io.BytesIO(held)
        self._source = source
        self.quotes = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        held = self._held.read(size)
        missing = -1 if size < 0 else size - len(held)
        found = held + bytes(self._source.read(missing)) if missing else held
        self.quotes += found.count(b'"')
        return found


def _parquet(path: str, _: TableFormat, stack: ExitStack) -> Iterator[pa.RecordBatch]:
    if path != STREAM:
        os.stat(path)
    source = path if path != STREAM else pa.BufferReader(sys.stdin.buffer.read())
    file = stack.enter_context(pq.ParquetFile(source))
    yield pa.RecordBatch.from_pylist([], schema=file.schema_arrow)
    yield from file.iter_batches(_BATCH_ROWS)


def _arrow(path: str, _: TableFormat, stack: ExitStack) -> Iterator[pa.RecordBatch]:
    if path == STREAM:
        reader = stack.enter_context(pa.ipc.open_stream(sys.stdin.buffer))
    else:
        os.stat(path)
        source = stack.enter_context(pa.memory_map(path))
        is_file = source.read(len(_ARROW_FILE)) == _ARROW_FILE
        source.seek(0)
        if is_file:
            file = stack.enter_context(pa.ipc.open_file(source))
            yield pa.RecordBatch.from_pylist([], schema=file.schema)
            yield from (file.get_batch(number) for number in range(file.num_record_batches))
            return
        reader = stack.enter_context(pa.ipc.open_stream(source))
    yield pa.RecordBatch.from_pylist([], schema=reader.schema)
    yield from reader


def _json(path: str, form: TableFormat, stack: ExitStack) -> Iterator[pa.RecordBatch]:
    """Read one array of objects, or an object with such an array as ``items``."""
    found = parse_json(_binary(path, stack).read().decode(form.encoding))
    rows = found.get("items") if isinstance(found, dict) else found
    if not isinstance(rows, list):
        raise DataError(
            f"{path} must hold a JSON array of objects, one for each row, or an object with such "
            'an array as "items".'
        )
    yield from _of_objects(iter(rows), path)


def _jsonl(path: str, form: TableFormat, stack: ExitStack) -> Iterator[pa.RecordBatch]:
    lines = io.TextIOWrapper(_binary(path, stack), encoding=form.encoding)
    yield from _of_objects((parse_json(line) for line in lines if line.strip()), path)


def _of_objects(rows: Iterator[Any], path: str) -> Iterator[pa.RecordBatch]:
    """Yield the rows in batches with the columns of the first batch; texts stay texts."""
    names: dict[str, None] = {}
    while part := list(islice(rows, _BATCH_ROWS)):
        if not all(isinstance(row, dict) for row in part):
            raise DataError(f"{path} must hold one JSON object for each row.")
        names = names or dict.fromkeys(name for row in part for name in row)
        strange = next((name for row in part for name in row if name not in names), None)
        if strange is not None:
            raise DataError(
                f"{path}: a later row has a column {strange!r} that the first rows do not have. "
                "Give every column in the first row, with null if it has no value."
            )
        yield pa.RecordBatch.from_pydict({name: [row.get(name) for row in part] for name in names})
    if not names:
        raise DataError(f"{path} has no rows, so its columns are not known.")
