"""The result of an import that has ended: what Anaplan says, compared with what was sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from anaplan_frames.bulk.count_check import check_counts
from anaplan_frames.bulk.sent_rows import Sent
from anaplan_frames.outcomes import Outcome
from anaplan_frames.results import WriteResult
from anaplan_frames.writes.result_builder import Rejects, doubted, result_of_task


def result_of_import(
    outcome: Outcome, name: str, rejects: Rejects, sent: Sent | None, **facts: Any
) -> WriteResult:
    """Make the result of an import.

    Rows that Anaplan does not count count as rejected; an import that has read more rows than were
    sent is uncertain.

    Parameters
    ----------
    sent : Sent or None
        What was sent to the file; None if that is not known.
    """
    check = check_counts(outcome, sent)
    notes = " ".join(filter(None, [rejects.note, check.note]))
    count = None if sent is None else sent.count
    result = result_of_task(
        outcome,
        name,
        replace(rejects, note=notes),
        rows_sent=count,
        rows_missing=check.missing,
        **facts,
    )
    if not check.doubt:
        return result
    why = "The answer to its start was lost, and " if outcome.adopted else "As "
    return doubted(
        result,
        f"{why}{check.doubt}, somebody else seems to have started it or to have "
        "written to its file.",
    )
