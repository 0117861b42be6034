"""A file's chunks on their way down: fetched ahead by several threads, given out in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from anaplan_frames.progress import Progress
from anaplan_frames.threads import in_order
from anaplan_frames.transfer.chunk_list import list_chunks
from anaplan_frames.transport import Content, Transport

_FETCHERS = 4


def download(
    transport: Transport, path: str, *, label: str, progress: Progress
) -> Iterator[Content]:
    """Yield the chunks of a file, complete and in order, while later ones are being fetched.

    The parameters are those of `list_chunks`.

    Raises
    ------
    NotFound
        If the file has no content.
    TransferError
        If a chunk did not arrive whole.
    """
    chunks = list_chunks(transport, path, label=label)
    only = len(chunks) == 1
    yield from fetch_chunks(
        transport, path, chunks, label=label, progress=progress, may_be_empty=only
    )


def fetch_chunks(
    transport: Transport,
    path: str,
    chunks: Sequence[str],
    *,
    label: str,
    progress: Progress,
    kind: str = "chunk",
    may_be_empty: bool = False,
) -> Iterator[Content]:
    """Yield some of a file's chunks in order, while later ones are being fetched.

    With ``kind="page"``, pages of a large read. Only a file that has no bytes has an empty chunk,
    which is its only one.
    """

    def fetch(chunk: str) -> Content:
        return transport.download_large(
            f"{path}/{kind}s/{chunk}",
            label=f"{kind} {chunk} of {label}",
            may_be_empty=may_be_empty,
        )

    for content in in_order(fetch, chunks, threads=_FETCHERS, name="anaplan-download"):
        progress.advance(len(content))
        yield content
        del content  # not held while the next is waited for
