"""Finds the lines in which a text delimiter lacks its partner and would swallow what follows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from anaplan_frames.sandbox.planning.definitions import FileDefinition
from anaplan_frames.sandbox.uploads import Upload, is_closed, split_record

# A delimited text that runs over more lines than this is taken to have lost its end.
_LONGEST_TEXT = 1000


def repaired(upload: Upload, file: FileDefinition, folder: Path) -> tuple[Upload, dict[int, str]]:
    """Return a copy of the upload with faulty lines left empty, and their texts by row number.

    Rows count from 1. A line is faulty if a text opens in it and no following line closes it so
    that a row with the right number of fields results.
    """
    copy = folder / "repaired.csv"
    unmatched: dict[int, str] = {}
    with upload.path.open("rb") as stream, copy.open("wb") as out:
        stream.seek(upload.offset)
        for number, (record, whole) in enumerate(_records(stream, file, len(upload.headers)), 1):
            if not whole:
                unmatched[number] = record.decode()
            out.write(record if whole else b"\n")
    return dataclasses.replace(upload, path=copy, offset=0, unbalanced=False), unmatched


def _records(stream: BinaryIO, file: FileDefinition, width: int) -> Iterator[tuple[bytes, bool]]:
    """Give records, and whether each is whole."""
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
