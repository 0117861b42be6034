"""A file's chunks into a path: whole or not at all, and going on where a killed run ended."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

from anaplan_frames.progress import Progress
from anaplan_frames.transfer.chunk_list import list_chunks
from anaplan_frames.transfer.digests import digest
from anaplan_frames.transfer.download import fetch_chunks
from anaplan_frames.transfer.file_lock import file_lock, lock_path
from anaplan_frames.transfer.journal import Journal
from anaplan_frames.transport import Content, Transport


def save(
    transport: Transport,
    path: str,
    target: str | os.PathLike[str],
    *,
    facts: Mapping[str, Any],
    resume: bool,
    label: str,
    progress: Progress,
) -> Path:
    """Write a file's content to a path, which holds all of it or what it held before.

    The chunks gather in a hidden file next to the path. A later run takes over those that are there
    as the journal has them, if the first and the last of them are still the same in Anaplan.

    Parameters
    ----------
    path, label : str
        As for `list_chunks`.
    target : path
        Where to write.
    facts : mapping
        What must be the same for a run to go on with what an earlier one has.
    resume : bool
        False fetches everything.

    Returns
    -------
    pathlib.Path
        `target`.
    """
    goal = Path(target).absolute()
    part = goal.with_name(f".{goal.name}.part")
    with file_lock("file://", str(goal), label=str(goal)):
        chunks = list_chunks(transport, path, label=label)
        whole = {"file": path, "target": str(goal), "chunks": len(chunks), **facts}
        place = lock_path("file://", str(goal)).with_suffix(".journal")
        journal = Journal(place, whole, transport.clock, resume=resume)
        with _open(part) as out:
            held = _held(out, journal)
            if held and not _same(transport, path, journal, held, label):
                held = 0
            if not held:
                out.seek(0)
                journal.start()
            out.truncate()
            rest = fetch_chunks(
                transport,
                path,
                chunks[held:],
                label=label,
                progress=progress,
                may_be_empty=len(chunks) == 1,
            )
            for index, content in enumerate(rest, start=held):
                out.write(content)
                out.flush()
                journal.arrive(index, _known_by(content))
                del content
        os.replace(part, goal)
        journal.forget()
    return Path(target)


def _open(part: Path) -> BinaryIO:
    """Open for reading and writing what may be there already; only this user may read it."""
    return os.fdopen(
        os.open(part, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600), "r+b"
    )


def _held(out: BinaryIO, journal: Journal) -> int:
    """Return how many chunks are there as the journal has them; the next is to follow them."""
    end = 0
    for index in count():
        out.seek(end)
        known = journal.digest(index)
        if known is None:
            return index
        content = out.read(_size(known))
        if _known_by(content) != known:
            out.seek(end)
            return index
        end += len(content)
    raise AssertionError("count() has no end")


def _same(transport: Transport, path: str, journal: Journal, held: int, label: str) -> bool:
    """Whether the first and the last chunk that are held are still Anaplan's."""
    return all(
        _known_by(
            transport.download_large(f"{path}/chunks/{index}", label=f"chunk {index} of {label}")
        )
        == journal.digest(index)
        for index in {0, held - 1}
    )


def _known_by(content: Content) -> str:
    """Return by what a chunk is known again: its size and its digest."""
    return f"{len(content)} {digest(content).hex()}"


def _size(known: str) -> int:
    return int(known.split()[0])
