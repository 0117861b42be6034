"""Upload of a file: some threads compress its pieces while others send its chunks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from anaplan_frames.errors import AnaplanError, NotFound, RequestRefused, TransferError
from anaplan_frames.progress import Progress
from anaplan_frames.threads import core_count, in_order
from anaplan_frames.transfer.completion import complete_upload
from anaplan_frames.transfer.compression import METHODS, CompressedPiece, Gzip, deflate, gzip
from anaplan_frames.transfer.compression_tuner import CompressionTuner
from anaplan_frames.transfer.digests import joined
from anaplan_frames.transfer.journal import Journal
from anaplan_frames.transfer.sent_content import SentContent
from anaplan_frames.transport import Transport

SMALLEST_CHUNK = 1_000_000
LARGEST_CHUNK = 50_000_000  # bytes before compression; Anaplan takes no more
MOST_CHUNKS = 1_000  # per file
_FIRST_CHUNK, _GROWTH = 10_000_000, 100_000  # bytes; each chunk is so much longer
_SENDERS = 4
_NOT_OURS = (400, 410)  # statuses for chunks of an upload that has other chunks, or is gone
_Chunk = tuple[int, list[CompressedPiece]]  # its number, and what it consists of


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
) -> SentContent:
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
    SentContent
        What the file has now.

    Raises
    ------
    TransferError
        If any chunk, or the completion, was not confirmed, or is refused because another upload
        has begun meanwhile.
    DataChanged
        If the journal is of other data, and some of the given data was skipped by then.
    """
    work = _Upload(transport, path, label, chunk_bytes, journal)
    chunks = work.chunks(head, iter(blocks))
    # An error in a small file is found before anything is sent: the file keeps its content.
    first = next(chunks)
    work.declare(first)
    # The first chunk goes alone: the packers wait until it has shown how fast the line is.
    all_chunks = chain([first], chunks)
    count = 0
    try:
        for size in in_order(work.send, all_chunks, threads=_SENDERS, name="anaplan-upload"):
            count += 1
            progress.advance(size)
        work.complete(count)
    except (RequestRefused, NotFound) as refusal:
        raise work.given_up(refusal) from refusal
    return work.content


class _Upload:
    """One upload: what its packing and sending threads share."""

    def __init__(
        self,
        transport: Transport,
        path: str,
        label: str,
        chunk_bytes: int | None,
        journal: Journal | None,
    ) -> None:
        self._transport = transport
        self.content = SentContent()
        self._path = path
        self._label = label
        self._journal = journal
        self._tuner = CompressionTuner(METHODS, threads=core_count(), senders=_SENDERS)
        self._sizes = chunk_sizes(chunk_bytes)
        self._piece_bytes = chunk_bytes or _FIRST_CHUNK

    def chunks(self, head: bytes, blocks: Iterator[Callable[[], Any]]) -> Iterator[_Chunk]:
        """Return the numbered chunks; `head` and the first block are compressed by this thread."""
        # There is a first chunk even of an empty file: without any, the old content would stay.
        beginning = self._deflate(head)
        opening = [beginning, *self._cut(self._show(next(blocks, bytes)()))]
        packed = in_order(self._pack, blocks, threads=core_count(), name="anaplan-pack")
        later = gather(chain.from_iterable(packed), self._sizes)
        for number, pieces in enumerate(chain(gather(opening, self._sizes), later)):
            self.content.add(pieces)
            yield number, pieces

    def declare(self, first: _Chunk) -> None:
        """Begin the upload in Anaplan, unless the journal has one that began with this chunk."""
        if self._journal is not None:
            if self._journal.resumes(_digest(first[1])):
                return
            self._journal.start()
        declare_upload(self._transport, self._path, self._label)

    def send(self, chunk: _Chunk) -> int:
        """Send a chunk, unless it is known to have arrived; return its size in the file."""
        try:
            return self._put(*chunk)
        finally:
            self._tuner.end_waiting()  # if it failed, too

    def complete(self, chunks: int) -> None:
        """Have Anaplan join the chunks, unless it is known to have done so."""
        if self._journal is not None:
            if self._journal.begun > chunks:
                raise self._journal.changed(self._label)  # a longer file's end would stay
            if self._journal.completed:
                return
            self._journal.completing()
        complete_upload(self._transport, self._path, self._label, self.content)
        if self._journal is not None:
            self._journal.complete()

    def given_up(self, refusal: AnaplanError) -> AnaplanError:
        """Return the error of an upload of which Anaplan refuses a part.

        Another client may have begun one in its place, and then no later run can go on with it.
        """
        if refusal.status not in _NOT_OURS and not isinstance(refusal, NotFound):
            return refusal
        if self._journal is not None:
            self._journal.forget()
        return TransferError(
            f"Anaplan refuses a part of the upload: {refusal} Perhaps the file was written to from "
            "another machine meanwhile. Nothing was started. Run it again: it will start from the "
            "beginning."
        )

    def _pack(self, block: Callable[[], Any]) -> list[CompressedPiece]:
        """Compress a block as soon as the tuner knows how strongly."""
        content = self._show(block())
        self._tuner.wait()
        return self._cut(content)

    def _show(self, block: Any) -> memoryview:
        """Return the bytes of a block, of which the tuner may try some."""
        content = memoryview(block).cast("B")
        self._tuner.show(content)
        return content

    def _cut(self, content: memoryview) -> list[CompressedPiece]:
        """Compress bytes in pieces that fit into a chunk."""
        step = self._piece_bytes
        return [
            self._deflate(content[start : start + step]) for start in range(0, len(content), step)
        ]

    def _deflate(self, content: Any) -> CompressedPiece:
        return deflate(content, self._tuner.method, digest=self._journal is not None)

    def _put(self, index: int, pieces: list[CompressedPiece]) -> int:
        digest = _digest(pieces)
        size = sum(piece.size for piece in pieces)
        if self._journal is not None:
            if self._journal.holds(index, digest, self._label):
                return size
            self._journal.begin(index)
        body = gzip(pieces)
        begin = time.perf_counter()
        put_chunk(self._transport, self._path, index, body, self._label)
        self._tuner.sent(len(body), time.perf_counter() - begin)
        if self._journal is not None:
            self._journal.arrive(index, digest)
        return size


def declare_upload(transport: Transport, path: str, label: str) -> None:
    """Begin an upload to a file in an unknown number of chunks; its old content is dropped."""
    transport.request("POST", path, label=label, json={"chunkCount": -1})


def put_chunk(transport: Transport, path: str, index: int, body: Gzip, label: str) -> None:
    """Send a chunk, which takes the place of one of the same number."""
    transport.request(
        "PUT",
        f"{path}/chunks/{index}",
        label=f"chunk {index} of {label}",
        data=body,
        headers={"Content-Type": "application/x-gzip"},
    )


def _digest(pieces: Sequence[CompressedPiece]) -> str:
    return joined(piece.digest for piece in pieces)


def gather(
    pieces: Iterable[CompressedPiece], sizes: Iterator[int]
) -> Iterator[list[CompressedPiece]]:
    """Gather pieces into chunks, each before compression no longer than the next of `sizes`."""
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
    """Yield the size of each chunk in turn, for as many as a file may have.

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
