"""Fetching a failure dump: in chunks or whole."""

from __future__ import annotations

from anaplan_frames.errors import NotFound
from anaplan_frames.transfer.chunk_list import in_sequence
from anaplan_frames.transport import Transport


def read_dump(transport: Transport, path: str, *, label: str) -> bytes:
    """Fetch a failure dump, by chunks or whole; empty if Anaplan has none to give.

    Parameters
    ----------
    path : str
        ``/workspaces/../imports/{id}/tasks/{task}/dump``, or in a process
        ``/workspaces/../processes/{id}/tasks/{task}/dumps/{objectId}``.

    Raises
    ------
    NotFound
        If the dump is gone: Anaplan keeps it for 48 hours, for each user, and only for that
        user's latest task of the import.
    """
    try:
        chunks = [chunk["id"] for chunk in transport.pages(f"{path}/chunks", "chunks", label=label)]
        if not chunks:  # none are listed, but the whole may be there
            return transport.download(path, label=label)
        return b"".join(
            transport.download(f"{path}/chunks/{chunk}", label=f"chunk {chunk} of {label}")
            for chunk in in_sequence(chunks, label)
        )
    except NotFound as gone:
        raise NotFound(
            f"{label} is gone. Anaplan keeps a failure dump for 48 hours, for the user who ran the "
            "task, and only for that user's latest task of the import. Load the data again to get "
            "a new one; dump='a folder' keeps it."
        ) from gone
