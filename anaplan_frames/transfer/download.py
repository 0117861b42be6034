"""A file's chunks on their way down: fetched ahead by several threads, given out in order."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from anaplan_frames.errors import NotFound, TransferError
from anaplan_frames.progress import Progress
from anaplan_frames.transfer.pipeline import in_order
from anaplan_frames.transport import Content, Transport

_FETCHERS = 4


def download(
    transport: Transport, path: str, *, what: str, progress: Progress
) -> Iterator[Content]:
    """Yield the chunks of a file, complete and in order, while later ones are being fetched.

    Parameters
    ----------
    path : str
        The path that has ``/chunks`` below it: of a file or of a failure dump.
    what : str
        The file in words, for error messages.

    Raises
    ------
    NotFound
        If the file has no content.
    TransferError
        If a chunk did not arrive whole.
    """
    listed = [chunk["id"] for chunk in transport.pages(f"{path}/chunks", "chunks", what=what)]
    if not listed:
        raise NotFound(
            f"{what} has no content for this user: content that was uploaded is private to its "
            "user and dropped after 48 hours, and an export must have been run."
        )

    def fetch(chunk: str) -> Content:
        return transport.download_large(f"{path}/chunks/{chunk}", what=f"chunk {chunk} of {what}")

    # Chunks are numbered from 0 without gaps; the listing is not trusted to be in order.
    ordered = sorted(listed, key=int)
    if [int(chunk) for chunk in ordered] != list(range(len(ordered))):
        raise TransferError(f"{what} is not complete: it has the chunks {', '.join(ordered)} only.")
    for content in in_order(fetch, ordered, threads=_FETCHERS, name="anaplan-download"):
        progress.advance(len(content))
        yield content
        del content  # not held while the next is waited for


def save(chunks: Iterator[Content], target: str | os.PathLike[str]) -> Path:
    """Write chunks to a path, which holds either all of them or what it held before."""
    path = Path(target)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as part:
            part.writelines(chunks)
        os.replace(name, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise
    return path
