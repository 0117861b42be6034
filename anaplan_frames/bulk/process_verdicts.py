"""How a process ended: by its actions, their counts and dumps, not by its own flag alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from anaplan_frames.outcomes import Outcome
from anaplan_frames.results import Outcome as Verdict
from anaplan_frames.results import WriteResult


def judged(outcome: Outcome, result: WriteResult, *, flag: bool | None) -> WriteResult:
    """Return the result of one action; one that does not say how it ended follows the process.

    Parameters
    ----------
    flag : bool or None
        What the process says about itself.
    """
    if outcome.successful is not None or result.outcome == "cancelled" or flag is None:
        return result
    if not flag:
        return replace(result, outcome="failed")
    return replace(result, outcome="rejected" if result.rows_rejected else "loaded")


def process_verdict(outcome: Outcome, actions: Sequence[WriteResult]) -> tuple[Verdict | None, str]:
    """Judge a process.

    Anaplan may say that a process was not successful although its data landed, if rows were
    rejected or ignored; and that it was, although one of its actions was not.

    Parameters
    ----------
    outcome : Outcome
        Of the process.
    actions : sequence of WriteResult
        Of its actions.

    Returns
    -------
    verdict : str or None
        None if it follows from its own flag and the counts of its actions.
    note : str
        What else there is to say.
    """
    if outcome.cancelled:
        return "cancelled", ""
    verdicts = {action.outcome for action in actions}
    if "failed" in verdicts:
        return "failed", ""
    if "uncertain" in verdicts or (outcome.successful is None and not actions):
        return "uncertain", ""
    if outcome.successful or not actions:
        return None, ""
    if "rejected" in verdicts:
        return "rejected", ""
    if outcome.successful is None:
        return "loaded", ""
    return "loaded", (
        "Anaplan says that the process did not succeed, but all of its actions did, and no rows "
        "were rejected."
    )
