"""An uploaded file prepared for reading: as UTF-8, with headers and the first data row found.

Memory is bounded, whatever the size of the file.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from anaplan_frames.sandbox.planning.schema.action_definitions import FileDefinition, shown_headers
from anaplan_frames.sandbox.planning.schema.file_dialects import python_codec

_BLOCK = 4_000_000
_BOM = codecs.BOM_UTF8


@dataclass(frozen=True, slots=True)
class Upload:
    """A prepared file, in UTF-8.

    Attributes
    ----------
    path : Path
    offset : int
        The position of the first data row, in bytes.
    headers : tuple of str
        The file's own headers; without a header line, the headers of the definition.
    unbalanced : bool
        Whether the data has an odd number of text delimiters, so that one is unmatched.
    """

    path: Path
    offset: int
    headers: tuple[str, ...]
    unbalanced: bool


def prepare(source: Path, file: FileDefinition, folder: Path) -> Upload:
    """Prepare an upload, as a copy in `folder` if necessary."""
    path = _in_utf8(source, python_codec(file.encoding), folder / "upload.csv")
    headers: tuple[str, ...] = shown_headers(file.columns)
    with path.open("rb") as stream:
        if stream.read(len(_BOM)) != _BOM:
            stream.seek(0)
        for number in range(1, file.first_data_row):
            record = read_record(stream, file)
            if number == file.header_row:
                headers = shown_headers(split_record(record.decode(), file))
        offset = stream.tell()
        delimiters = sum(block.count(file.delimiter.encode()) for block in _blocks(stream))
    unbalanced = bool(file.delimiter) and delimiters % 2 == 1
    return Upload(path, offset, headers, unbalanced=unbalanced)


def read_record(stream: BinaryIO, file: FileDefinition) -> bytes:
    """Read one record: a line, and following lines while a delimited text is open."""
    record = line = stream.readline()
    while line and not is_closed(record, file):
        line = stream.readline()
        record += line
    return record


def is_closed(record: bytes, file: FileDefinition) -> bool:
    """Return whether every delimited text in the record is closed."""
    delimiter, separator = file.delimiter.encode(), re.escape(file.separator.encode())
    if not delimiter or delimiter not in record:
        return True
    mark = re.escape(delimiter)
    other = rb"[^" + separator + rb"]*+"
    field = rb"(?:" + mark + rb"(?:[^" + mark + rb"]|" + mark * 2 + rb")*+" + mark + other
    field += rb"|(?!" + mark + rb")" + other + rb")"
    return re.fullmatch(field + rb"(?:" + separator + field + rb")*+", record, re.S) is not None


def split_record(record: str, file: FileDefinition) -> list[str]:
    """Split one record into its fields."""
    text = record.removesuffix("\n").removesuffix("\r")
    if not file.delimiter:
        return text.split(file.separator)
    reader = csv.reader([text], delimiter=file.separator, quotechar=file.delimiter)
    return next(reader, [])


def _in_utf8(source: Path, codec: str, copy: Path) -> Path:
    """Return the file, or a copy of it in UTF-8; bytes that cannot be decoded become U+FFFD."""
    if codec == "utf-8" and _is_valid_utf8(source):
        return source
    decoder = codecs.getincrementaldecoder(codec)("replace")
    with source.open("rb") as raw, copy.open("wb") as out:
        for block in _blocks(raw):
            out.write(decoder.decode(block).encode("utf-8", "replace"))
        out.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))
    return copy


def _is_valid_utf8(source: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with source.open("rb") as raw:
            for block in _blocks(raw):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block
