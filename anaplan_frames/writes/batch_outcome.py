"""The outcome of records that were sent in batches: what was done, refused, not sent or unclear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from anaplan_frames.errors import AnaplanError
from anaplan_frames.writes.arrow_arrays import Positions
from anaplan_frames.writes.row_messages import add_message


@dataclass(slots=True)
class Reconciled:
    """What reading back shows of records whose answer was lost.

    Attributes
    ----------
    counts : Counter of str
        What was done, by the names in Anaplan's answers, e.g. ``{"added": 7}``.
    again : array of int64
        Positions of the records on which Anaplan certainly did not act.
    """

    counts: Counter[str]
    again: Positions


@dataclass(slots=True)
class BatchOutcome:
    """What happened to records, by their positions.

    Attributes
    ----------
    counts : Counter of str
        The numbers of Anaplan's answers, summed up: ``added``, ``updated``, ``deleted`` ...
    failures : dict of int to str
        Position of each record that Anaplan refused, and why.
    unplaced : list of str
        Why Anaplan refused records without saying which records.
    unsent : list of array of int64
        Positions of the records that were not written, because of `error`.
    uncertain : list of array of int64
        Positions of the records that may or may not have been written, because of `error`.
    error : AnaplanError or None
        What ended the sending early.
    """

    counts: Counter[str] = field(default_factory=Counter)
    failures: dict[int, str] = field(default_factory=dict)
    unplaced: list[str] = field(default_factory=list)
    unsent: list[Positions] = field(default_factory=list)
    uncertain: list[Positions] = field(default_factory=list)
    error: AnaplanError | None = None

    @classmethod
    def of(cls, answer: Mapping[str, Any], positions: Positions) -> BatchOutcome:
        """Read an answer; ``requestIndex`` counts the records of its own batch from 0."""
        outcome = cls(Counter({k: v for k, v in answer.items() if type(v) is int}))
        for failure in answer.get("failures") or ():
            kind, details = failure.get("failureType"), failure.get("failureMessageDetails")
            text = f"{details} ({kind})" if details and kind else str(details or kind or "refused")
            index = failure.get("requestIndex")
            if type(index) is not int or not 0 <= index < len(positions):
                outcome.unplaced.append(text)
                continue
            add_message(outcome.failures, int(positions[index]), text)
        return outcome

    def add(self, other: BatchOutcome) -> BatchOutcome:
        """Add the outcome of other records; the first error stays."""
        self.counts.update(other.counts)
        self.failures.update(other.failures)
        self.unplaced += other.unplaced
        self.unsent += other.unsent
        self.uncertain += other.uncertain
        self.error = self.error or other.error
        return self

    def unwritten(self) -> Iterator[tuple[Positions, str]]:
        """Yield positions of records that were perhaps not written, and what a row says then."""
        for positions in self.unsent:
            yield positions, "not written"
        for positions in self.uncertain:
            yield positions, "it is not known whether this was written"
