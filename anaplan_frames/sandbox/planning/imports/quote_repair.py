"""Repair of uploads with unmatched text delimiters, which would hide the lines after them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from anaplan_frames.sandbox.planning.imports.prepared_upload import Upload, is_closed, split_record
from anaplan_frames.sandbox.planning.schema.action_definitions import FileDefinition

# If a delimited text has more lines than this, its closing delimiter is taken to be missing.
_LONGEST_TEXT = 1000


def repaired(upload: Upload, file: FileDefinition, folder: Path) -> tuple[Upload, dict[int, str]]:
    """Return a copy of the upload with faulty lines emptied, and their texts by row number.

    Rows count from 1. A line is faulty if it opens a text and no following line closes the text
    such that the row has the right number of fields.
    """
    copy = folder / "repaired.csv"
    unmatched: dict[int, str] = {}
    with upload.path.open("rb") as stream, copy.open("wb") as out:
        stream.seek(upload.offset)
        for number, (record, complete) in enumerate(_records(stream, file, len(upload.headers)), 1):
            if not complete:
                unmatched[number] = record.decode()
            out.write(record if complete else b"\n")
    return dataclasses.replace(upload, path=copy, offset=0, unbalanced=False), unmatched


def _records(stream: BinaryIO, file: FileDefinition, width: int) -> Iterator[tuple[bytes, bool]]:
    """Yield records, and whether each is complete."""
    while line := stream.readline():
        if is_closed(line, file):
            yield line, True
            continue
        resume = stream.tell()
        record = line
        for _ in range(_LONGEST_TEXT):
            following = stream.readline()
            record += following
            if not following or is_closed(record, file):
                break
        if is_closed(record, file) and len(split_record(record.decode(), file)) == width:
            yield record, True
        else:
            stream.seek(resume)
            yield line, False
