"""A file's chunks into a path: whole or not at all, and going on where a killed run ended."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

from anaplan_frames.errors import DataChanged
from anaplan_frames.progress import Progress
from anaplan_frames.transfer.chunk_list import list_chunks
from anaplan_frames.transfer.digests import digest
from anaplan_frames.transfer.download import fetch_chunks
from anaplan_frames.transfer.file_lock import file_lock, lock_path
from anaplan_frames.transfer.journal import Journal
from anaplan_frames.transfer.part_file import keep_mode, open_part
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
    check: Callable[[], None] | None = None,
) -> Path:
    """Write a file's content to a path, which holds all of it or what it held before.

    The chunks gather in a hidden file next to the path, with a new name. The path keeps its mode;
    if it is a link, the link stays and what it leads to is replaced. A later run takes over the
    chunks that are there as the journal has them, if the first and the last of them are still the
    same in Anaplan.

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
    check : callable, optional
        Raises if what was fetched must not be used; called before the path is replaced.

    Returns
    -------
    pathlib.Path
        `target`.
    """
    check_target(target)
    goal = Path(os.path.realpath(target))  # of a link, what it leads to
    with file_lock("file://", str(goal), label=str(goal)):
        chunks = list_chunks(transport, path, label=label)
        whole = {"file": path, "target": str(goal), "chunks": len(chunks), **facts}
        place = lock_path("file://", str(goal)).with_suffix(".journal")
        journal = Journal(place, whole, transport.clock, resume=resume)
        with open_part(goal, journal.part) as (out, part):
            try:
                held = _held(out, journal)
                if held and not _same(transport, path, journal, held, label):
                    held = 0
                if not held:
                    out.seek(0)
                    journal.start(part.name)
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
                if check is not None:
                    check()
            except BaseException as error:
                if not resume or isinstance(error, DataChanged):  # no later run may use it
                    part.unlink(missing_ok=True)
                    journal.forget()
                raise
        keep_mode(part, goal)
        os.replace(part, goal)
        journal.forget()
    return Path(target)


def check_target(target: str | os.PathLike[str]) -> None:
    """Refuse a folder as the path of a download, before anything is sent.

    Raises
    ------
    IsADirectoryError
        Names a path that would do.
    """
    if os.path.isdir(target):
        raise IsADirectoryError(
            errno.EISDIR,
            "A download needs the path of a file, and this is a folder; give for instance "
            f"{os.path.join(target, 'data.csv')!r}",
            os.fspath(target),
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
