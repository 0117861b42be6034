"""A tenant whose audit events a test makes up, and what an archive should have of them."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.dataset as pa_dataset

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.clock import Clock

DAY = 86_400_000
HOUR = 3_600_000


class AuditTenant:
    """A sandbox with a clock, in which time goes by and events happen.

    Parameters
    ----------
    seed : int
    """

    def __init__(self, seed: int = 0) -> None:
        self.clock = Clock()
        self.sandbox = Sandbox(rate_limit=None, clock=self.clock)
        self.chance = random.Random(seed)
        self.truth: dict[int, dict[str, Any]] = {}

    @property
    def now(self) -> int:
        """The time in milliseconds."""
        return int(self.clock.now * 1000)

    def happen(self, count: int, *, within: int = 20 * HOUR) -> None:
        """Let events happen within the time before now; they are listed out of order."""
        for _ in range(count):
            event = self.sandbox.audit_event(
                self.chance.choice(["USR-13", "INT-06"]),
                eventDate=self.now - self.chance.randrange(within),
                additionalAttributes={"modelId": f"M{self.chance.randrange(5)}"},
            )
            self.truth[event["id"]] = event

    def wait(self, milliseconds: int) -> None:
        """Let time go by."""
        self.clock.now += milliseconds / 1000


def archived(folder: Path) -> pd.DataFrame:
    """Read an archive as users do."""
    return pd.read_parquet(folder)


def archived_ids(folder: Path) -> list[int]:
    """Return the ids in an archive, of files that must all be whole."""
    files = pa_dataset.dataset(folder, format="parquet", partitioning="hive").files
    assert all(Path(file).name == "events.parquet" for file in files)
    frames = [pd.read_parquet(file, columns=["id", "event_date"]) for file in files]
    for file, frame in zip(files, frames, strict=True):
        day = Path(file).parent.name.removeprefix("day=")
        assert set(frame["event_date"].dt.strftime("%Y-%m-%d")) == {day}
    return [id_ for frame in frames for id_ in frame["id"]]


def state_of(folder: Path) -> dict[str, Any]:
    """Return what an archive remembers."""
    found: dict[str, Any] = json.loads((folder / "_archive.json").read_text())
    return found


def made_ids(ids: list[int], truth: dict[int, Any]) -> list[int]:
    """Return those of events that were made up, not caused by logins."""
    return sorted(id_ for id_ in ids if id_ in truth)
