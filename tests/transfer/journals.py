"""Journals for tests: one that was written whole, and what of one is believed."""

from __future__ import annotations

from pathlib import Path

from anaplan_frames.clock import Clock
from anaplan_frames.transfer.journal import Journal

FACTS = {"file": "/files/1", "tasks": {"112000000001": "T1"}}


class Still(Clock):
    """Stands still, so that the same data are written each time."""

    def time(self) -> float:
        return 1_800_000_000.0


def written_journal(path: Path) -> bytes:
    """Keep a journal of an upload of three chunks, and return it."""
    journal = Journal(path, FACTS, Still(), resume=False)
    journal.start()
    for index in range(3):
        journal.begin(index)
        journal.arrive(index, f"{index:032x}")
    journal.completing()
    journal.complete()
    journal.started("112000000001", "T2")
    return path.read_bytes()


def believed(path: Path) -> dict[int, str]:
    journal = Journal(path, {**FACTS, "tasks": {"112000000001": "T2"}}, Still())
    return {index: known for index in range(3) if (known := journal.digest(index)) is not None}
