"""Tables to files and stdout; a file holds all of a table in the end, or is as before."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import pyarrow as pa

from anaplan_frames.cli.csv_writer import CsvWriter
from anaplan_frames.cli.table_formats import STREAM, TableFormat
from anaplan_frames.cli.table_writers import (
    ArrowFileWriter,
    ArrowStreamWriter,
    JsonLinesWriter,
    JsonWriter,
    ParquetWriter,
    TableWriter,
)

_WRITERS: dict[str, type[TableWriter]] = {
    "csv": CsvWriter,
    "parquet": ParquetWriter,
    "arrow": ArrowFileWriter,
    "json": JsonWriter,
    "jsonl": JsonLinesWriter,
}


def check_output(path: str) -> None:
    """Refuse a path that cannot be written to, before anything is sent.

    Raises
    ------
    OSError
        If its folder does not exist, or it is a folder.
    """
    if path == STREAM:
        return
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "This is a folder. Name a file", path)
    if not target.absolute().parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "There is no such folder. Make it first", path)


def write_table(reader: pa.RecordBatchReader, path: str, form: TableFormat) -> int:
    """Write a table, and return how many rows it has.

    Parameters
    ----------
    reader : pyarrow.RecordBatchReader
    path : str
        A file, which holds all of it in the end or is as before, or ``-`` for stdout.
    form : TableFormat

    Raises
    ------
    OSError
        If the file cannot be written.
    DataError
        If a text cannot be written in the encoding.
    """
    kind = _WRITERS[form.of(path)]
    if path == STREAM and kind is ArrowFileWriter:
        kind = ArrowStreamWriter
    rows = 0
    with replaced(path) as file:
        writer = kind(file, reader.schema, form)
        writer.begin()
        for batch in reader:
            if batch.num_rows:
                writer.write(batch)
                rows += batch.num_rows
        writer.end()
    return rows


@contextmanager
def replaced(path: str) -> Iterator[IO[bytes]]:
    """Yield a file that takes the place of the path when all is written, or stdout for ``-``."""
    if path == STREAM:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    goal = Path(os.path.realpath(path))
    if goal.exists() and not goal.is_file():  # a device or a pipe
        with goal.open("wb") as file:
            yield file
        return
    descriptor, part = tempfile.mkstemp(dir=goal.parent, prefix=f".{goal.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        with suppress(OSError):
            os.chmod(part, goal.stat().st_mode if goal.exists() else 0o666 & ~_umask())
        os.replace(part, goal)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
