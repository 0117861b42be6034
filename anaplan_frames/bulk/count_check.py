"""What Anaplan counts of an import, compared with the rows that were sent to its file."""

from __future__ import annotations

from dataclasses import dataclass

from anaplan_frames.bulk.sent_rows import Sent
from anaplan_frames.outcomes import NO_CHANGES, Outcome

_ACCOUNTED = ("successRowCount", "warningsRowCount", "ignoredCount", "failedCount")
_TOTAL = "totalRowCount"


@dataclass(frozen=True, slots=True)
class CountCheck:
    """How far Anaplan's counts agree with what was sent.

    Attributes
    ----------
    missing : int
        Rows of which Anaplan does not say that they were loaded, ignored or rejected.
    doubt : str
        Why it is not known that the import has read what was sent; empty if it is.
    note : str
        What does not add up, in words.
    """

    missing: int = 0
    doubt: str = ""
    note: str = ""


def check_counts(outcome: Outcome, sent: Sent | None) -> CountCheck:
    """Compare the counts of an import that has ended with the rows that were sent."""
    if sent is None or not outcome.successful:
        return CountCheck()
    counts = outcome.counts_by_detail
    totals = [each[_TOTAL] for each in counts if _TOTAL in each]
    if not totals and any(detail.get("type") == NO_CHANGES for detail in outcome.details):
        return CountCheck()
    if not totals:
        note = f"Anaplan does not say how many of the {sent.count:,} rows it has read."
        return CountCheck(note=note if sent.count else "")
    read = sent.count if sent.count in totals else max(totals)
    # Whether Anaplan counts rows without any value is not known.
    unread = 0 if read >= sent.count else max(0, sent.count - read - sent.blank_rows())
    if read > sent.count or (outcome.adopted and unread):
        return CountCheck(doubt=f"it read {read:,} rows where {sent.count:,} were sent")
    unexplained = 0
    if len(counts) == 1:  # with several targets, each counts the rows in its own way
        counted = sum(counts[0].get(name, 0) for name in _ACCOUNTED)
        unexplained = max(0, counts[0][_TOTAL] - counted)
    return CountCheck(missing=unread + unexplained, note=_note(sent.count, unread, unexplained))


def _note(sent: int, unread: int, unexplained: int) -> str:
    notes = []
    if unread:
        notes.append(f"Anaplan has read {sent - unread:,} of the {sent:,} rows that were sent.")
    if unexplained:
        notes.append(
            f"Anaplan counts {unexplained:,} rows neither as loaded nor as ignored or failed."
        )
    return " ".join(notes)
