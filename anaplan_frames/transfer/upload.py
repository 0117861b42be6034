"""Data on their way up: made to compressed pieces by some threads, sent in chunks by others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from anaplan_frames.errors import TransferError
from anaplan_frames.progress import Progress
from anaplan_frames.threads import core_count, in_order
from anaplan_frames.transfer.compression import METHODS, CompressedPiece, deflate, gzip
from anaplan_frames.transfer.compression_tuner import CompressionTuner
from anaplan_frames.transfer.digests import joined
from anaplan_frames.transfer.journal import Journal
from anaplan_frames.transport import Transport

SMALLEST_CHUNK = 1_000_000
LARGEST_CHUNK = 50_000_000  # bytes before compression; Anaplan takes no more
MOST_CHUNKS = 1_000  # per file
_FIRST_CHUNK, _GROWTH = 10_000_000, 100_000  # bytes; each chunk is so much longer
_SENDERS = 4
_COMPLETE_TIMEOUT = (10, 1_800)  # on gigabytes `complete` takes many minutes


def upload(
    transport: Transport,
    path: str,
    blocks: Iterable[Callable[[], Any]],
    *,
    head: bytes = b"",
    label: str,
    chunk_bytes: int | None = None,
    progress: Progress,
    journal: Journal | None = None,
) -> int:
    """Replace the content of a file by `head` and `blocks`.

    The upload is declared with an unknown number of chunks, so that nothing can read the file
    before ``complete`` has been answered.

    Parameters
    ----------
    path : str
        The file's path below the API's root, e.g. ``/workspaces/../files/113000000001``.
    blocks : iterable of callables
        Each returns the next bytes, as anything with the buffer protocol. They are called by
        several threads, some ahead of the others; the first by this one, before all others.
    head : bytes, optional
        What the content begins with.
    label : str
        The file in words, for error messages.
    chunk_bytes : int, optional
        Most bytes of a chunk before compression, 1,000,000 to 50,000,000. By default chunks grow
        with the length of the file.
    journal : Journal, optional
        What an earlier run has sent of the same, and what this one sends. The caller forgets it.

    Returns
    -------
    int
        The number of bytes that the file has now, before compression.

    Raises
    ------
    TransferError
        If any chunk, or the completion, was not confirmed.
    DataChanged
        If the journal tells of other data, of which some was passed over by then.
    """
    tuner = CompressionTuner(METHODS, threads=core_count(), senders=_SENDERS)
    sizes = chunk_sizes(chunk_bytes)
    piece_bytes = chunk_bytes or _FIRST_CHUNK

    def pack(block: Callable[[], Any], *, at_once: bool = False) -> list[CompressedPiece]:
        content = memoryview(block()).cast("B")
        tuner.show(content)
        if not at_once:
            tuner.wait()
        return [
            deflate(content[start : start + piece_bytes], tuner.method, digest=journal is not None)
            for start in range(0, len(content), piece_bytes)
        ]

    def put(index: int, pieces: list[CompressedPiece]) -> int:
        digest = _digest(pieces)
        size = sum(piece.size for piece in pieces)
        if journal is not None:
            if journal.holds(index, digest, label):
                return size
            journal.begin(index)
        body = gzip(pieces)
        begin = time.perf_counter()
        transport.request(
            "PUT",
            f"{path}/chunks/{index}",
            label=f"chunk {index} of {label}",
            data=body,
            headers={"Content-Type": "application/x-gzip"},
        )
        tuner.sent(len(body), time.perf_counter() - begin)
        if journal is not None:
            journal.arrive(index, digest)
        return size

    def send(numbered: tuple[int, list[CompressedPiece]]) -> int:
        try:
            return put(*numbered)
        finally:
            tuner.end_waiting()  # if it failed, too

    remaining = iter(blocks)
    # There is a first chunk even of an empty file: without any, the old content would stay.
    beginning = deflate(head, tuner.method, digest=journal is not None)
    opening = [beginning, *pack(next(remaining, bytes), at_once=True)]
    packed = in_order(pack, remaining, threads=core_count(), name="anaplan-pack")
    chunks = enumerate(chain(gather(opening, sizes), gather(chain.from_iterable(packed), sizes)))
    # What is wrong in a small file is found before anything is sent: the file keeps its content.
    first = next(chunks)
    if journal is None or not journal.resumes(_digest(first[1])):
        if journal is not None:
            journal.start()
        transport.request("POST", path, label=label, json={"chunkCount": -1})
    # The first chunk goes alone: who packs the others waits until it has told how fast the line is.
    all_chunks = chain([first], chunks)
    sent = count = 0
    for size in in_order(send, all_chunks, threads=_SENDERS, name="anaplan-upload"):
        sent += size
        count += 1
        progress.advance(size)
    _complete(transport, path, label, journal, count)
    return sent


def _complete(
    transport: Transport, path: str, label: str, journal: Journal | None, chunks: int
) -> None:
    """Have Anaplan put the chunks together, unless that is known to be done."""
    if journal is not None:
        if journal.begun > chunks:
            raise journal.changed(label)  # a longer file's end would stay
        if journal.completed:
            return
        journal.completing()
    transport.request("POST", f"{path}/complete", label=label, json={}, timeout=_COMPLETE_TIMEOUT)
    if journal is not None:
        journal.complete()


def _digest(pieces: Sequence[CompressedPiece]) -> str:
    return joined(piece.digest for piece in pieces)


def gather(
    pieces: Iterable[CompressedPiece], sizes: Iterator[int]
) -> Iterator[list[CompressedPiece]]:
    """Gather pieces to chunks that are, before compression, no longer than the next of `sizes`."""
    chunk: list[CompressedPiece] = []
    room = 0
    for piece in pieces:
        if not chunk or piece.size > room:
            if chunk:
                yield chunk
            chunk, room = [], next(sizes)
        chunk.append(piece)
        room -= piece.size
    if chunk:
        yield chunk


def chunk_sizes(chunk_bytes: int | None) -> Iterator[int]:
    """Tell the size of each chunk in turn, as many as a file may have.

    By default chunks begin small, so that small files are sent in parallel too, and grow as the
    file goes on: 10 GB are less than the 600 requests of a minute, 30 GB less than the 1,000
    chunks that Anaplan takes.
    """
    if chunk_bytes is not None and not SMALLEST_CHUNK <= chunk_bytes <= LARGEST_CHUNK:
        raise ValueError(
            f"chunk_bytes must be from {SMALLEST_CHUNK:,} to {LARGEST_CHUNK:,}, not {chunk_bytes:,}"
        )
    for index in range(MOST_CHUNKS):
        yield chunk_bytes or min(_FIRST_CHUNK + index * _GROWTH, LARGEST_CHUNK)
    raise TransferError(
        f"The file needs more than the {MOST_CHUNKS:,} chunks that Anaplan takes. Leave "
        "chunk_bytes out or raise it, or load the data in several files."
    )
