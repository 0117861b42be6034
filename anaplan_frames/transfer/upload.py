"""Encoded blocks on their way up: cut to chunks, compressed and sent by several threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from anaplan_frames.errors import TransferError
from anaplan_frames.progress import Progress
from anaplan_frames.transfer.compress import gzip
from anaplan_frames.transfer.pipeline import in_order
from anaplan_frames.transport import Transport

SMALLEST_CHUNK = 1_000_000
LARGEST_CHUNK = 50_000_000  # bytes before compression; Anaplan takes no more
MOST_CHUNKS = 1_000  # per file
_CHUNKS_OF_ONE_SIZE = 64
_SENDERS = 4
_COMPLETE_TIMEOUT = (10, 1_800)  # on gigabytes `complete` takes many minutes


def upload(
    transport: Transport,
    path: str,
    blocks: Iterable[Any],
    *,
    what: str,
    chunk_bytes: int | None = None,
    progress: Progress,
) -> int:
    """Replace the content of a file by `blocks`.

    The upload is declared with an unknown number of chunks, so that nothing can read the file
    before ``complete`` has been answered.

    Parameters
    ----------
    path : str
        The file's path below the API's root, e.g. ``/workspaces/../files/113000000001``.
    blocks : iterable of bytes-like
        The content, in pieces of any size.
    what : str
        The file in words, for error messages.
    chunk_bytes : int, optional
        Size of a chunk before compression, 1,000,000 to 50,000,000. By default chunks grow with
        the length of the file.

    Returns
    -------
    int
        The number of bytes sent, before compression.

    Raises
    ------
    TransferError
        If any chunk, or the completion, was not confirmed.
    """
    # The first chunk comes before the declaration: what is wrong in a small file is found before
    # anything is sent, and the file keeps its content.
    chunks = cut(blocks, chunk_bytes)
    first = next(chunks)
    transport.request("POST", path, what=what, json={"chunkCount": -1})

    def send(chunk: tuple[int, list[memoryview]]) -> int:
        index, parts = chunk
        transport.request(
            "PUT",
            f"{path}/chunks/{index}",
            what=f"chunk {index} of {what}",
            data=gzip(parts),
            headers={"Content-Type": "application/x-gzip"},
        )
        return sum(part.nbytes for part in parts)

    sent = 0
    numbered = enumerate(chain([first], chunks))
    for size in in_order(send, numbered, threads=_SENDERS, name="anaplan-upload"):
        sent += size
        progress.advance(size)
    transport.request("POST", f"{path}/complete", what=what, json={}, timeout=_COMPLETE_TIMEOUT)
    return sent


def cut(blocks: Iterable[Any], chunk_bytes: int | None) -> Iterator[list[memoryview]]:
    """Gather blocks to chunks of the wanted size, without copying a byte.

    An empty file is one empty chunk: without any, the old content would stay.
    """
    sizes = _sizes(chunk_bytes)
    chunk: list[memoryview] = []
    room = next(sizes)
    index = 0
    for block in blocks:
        rest = memoryview(block).cast("B")
        while len(rest) >= room:
            chunk.append(rest[:room])
            yield chunk
            rest, chunk, room, index = rest[room:], [], next(sizes), index + 1
        if len(rest):
            chunk.append(rest)
            room -= len(rest)
    if chunk or index == 0:
        yield chunk


def _sizes(chunk_bytes: int | None) -> Iterator[int]:
    """Tell the size of each chunk in turn, as many as a file may have.

    By default small files go in small chunks, which are sent in parallel, and the chunks double
    as the file goes on: all of 30 GB fits into the 1,000 chunks that Anaplan takes.
    """
    if chunk_bytes is not None and not SMALLEST_CHUNK <= chunk_bytes <= LARGEST_CHUNK:
        raise ValueError(
            f"chunk_bytes must be from {SMALLEST_CHUNK:,} to {LARGEST_CHUNK:,}, not {chunk_bytes:,}"
        )
    for index in range(MOST_CHUNKS):
        doubled = SMALLEST_CHUNK << index // _CHUNKS_OF_ONE_SIZE
        yield chunk_bytes or min(doubled, LARGEST_CHUNK)
    raise TransferError(
        f"The file needs more than the {MOST_CHUNKS:,} chunks that Anaplan takes. Leave "
        "chunk_bytes out or raise it, or load the data in several files."
    )
