"""The chunks of a file or failure dump: which there are, checked against what else is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from anaplan_frames.errors import NotFound, TransferError
from anaplan_frames.polling import poll
from anaplan_frames.threads import in_order
from anaplan_frames.transport import Transport

_PAUSES = (1.0, 2.0)  # seconds between looks, if a chunk is missing


def list_chunks(transport: Transport, path: str, *, label: str) -> list[str]:
    """Return the ids of a file's chunks in order, "0", "1", and so on.

    Their number is compared with the ``chunkCount`` of the file, for which the files of the model
    are listed at the same time.

    Parameters
    ----------
    path : str
        The file's path, which has ``/chunks`` below it.
    label : str
        The file in words, for error messages.

    Raises
    ------
    NotFound
        If the file has no content.
    TransferError
        If a chunk is missing.
    """
    model, _, file_id = path.rpartition("/files/")
    seen: list[tuple[list[str], int | None]] = []

    def look() -> list[str] | None:
        chunks, count = _side_by_side(
            lambda: _listed(transport, path, label), lambda: _count(transport, model, file_id)
        )
        seen.append((chunks, count))
        return chunks if count is None or len(chunks) >= count else None

    # Another run may write the file just now, so both are asked for again.
    chunks = poll(look, transport.clock, pauses=_PAUSES)
    if chunks is None:
        chunks, count = seen[-1]
        raise TransferError(
            f"{label} is not complete: Anaplan lists {len(chunks):,} of its {count:,} chunks. "
            "Try again."
        )
    if not chunks:
        raise NotFound(
            f"{label} has no content for this user: content that was uploaded is private to its "
            "user and dropped after 48 hours, and an export has content once it was run. Upload "
            "the content again, or run the export."
        )
    return in_sequence(chunks, label)


def in_sequence(ids: Iterable[Any], label: str) -> list[str]:
    """Put the ids of chunks in order; the listing is not trusted to be.

    Raises
    ------
    TransferError
        If they are not the numbers from 0 without gaps.
    """
    listed = [str(each) for each in ids]
    expected = [str(number) for number in range(len(listed))]
    if sorted(listed) != sorted(expected):
        raise TransferError(
            f"{label} is not complete: Anaplan lists only the chunks {', '.join(listed)[:200]}. "
            "Try again."
        )
    return expected


def _side_by_side(
    first: Callable[[], list[str]], second: Callable[[], int | None]
) -> tuple[list[str], int | None]:
    asks: tuple[Callable[[], Any], ...] = (first, second)
    chunks, count = in_order(lambda ask: ask(), asks, threads=2, name="anaplan-download")
    return chunks, count


def _listed(transport: Transport, path: str, label: str) -> list[str]:
    return [str(chunk["id"]) for chunk in transport.pages(f"{path}/chunks", "chunks", label=label)]


def _count(transport: Transport, model: str, file_id: str) -> int | None:
    """Return how many chunks a file has by the list of files; None if that is not known.

    After an upload it may be -1, and an output of an export need not be listed.
    """
    for record in transport.pages(f"{model}/files", "files", label="the files of the model"):
        if str(record["id"]) == file_id:
            count = record.get("chunkCount")
            return count if type(count) is int and count > 0 else None
    return None
