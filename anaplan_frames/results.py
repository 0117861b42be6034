"""What became of an import or a process: Anaplan's counts, and the caller's rejected rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html import escape

import pandas as pd

_LONGEST_REASON = 300

COUNTS = ("total", "succeeded", "created", "updated", "deleted", "ignored", "failed")


@dataclass(frozen=True, repr=False)
class ImportResult:
    """What became of an import, or of a process and each of its actions.

    Attributes
    ----------
    name, task_id : str
        The action and its task; what is written to a list or module directly has no task.
    successful : bool
        Anaplan's verdict on the whole; an import with rejected rows is still successful.
    total, succeeded, created, updated, deleted, ignored, failed : int
        Numbers of rows as Anaplan counts them; for a process the sums over its actions. A row
        that feeds only calculated cells is ignored, not failed.
    details : pandas.DataFrame
        What Anaplan says: ``action``, ``type``, ``message``, ``occurrences``, ``values``.
    rejected : pandas.DataFrame
        The caller's own rows that Anaplan rejected, with their columns, dtypes and index, and a
        last column ``error`` with Anaplan's messages, several joined by newlines (it is called
        ``anaplan_error`` where the data has an ``error`` of its own). Where the data came
        from an iterator, the index is the row's position in it, counted from 0. For a process
        that was given several data, the first level of the index is the import's name.
    unmatched : pandas.DataFrame
        Rows of the failure dump that could not be matched to a row of the data, as Anaplan sent
        them (all text).
    note : str
        Why ``rejected`` does not show all that failed, where it does not; else empty.
    nested : tuple of ImportResult
        One per action, for a process.
    changes : pandas.DataFrame
        For what is written to a list directly, one row per item that was changed, or with
        ``dry_run`` would be: ``action`` ("insert", "update" or "delete"), ``id`` (missing for a new
        item), ``code``, ``name``, and for an update ``change`` in words, e.g.
        ``"Grade: A -> B, parent: West -> East"``.
    """

    name: str
    task_id: str
    successful: bool
    total: int
    succeeded: int
    created: int
    updated: int
    ignored: int
    failed: int
    details: pd.DataFrame
    deleted: int = 0
    rejected: pd.DataFrame = field(default_factory=pd.DataFrame)
    unmatched: pd.DataFrame = field(default_factory=pd.DataFrame)
    note: str = ""
    nested: tuple[ImportResult, ...] = ()
    changes: pd.DataFrame = field(default_factory=pd.DataFrame)

    def complaint(self, where: str) -> str:
        """Say how many rows were rejected, for which reasons, and where they are."""
        results = self.nested or (self,)
        shown = [error for result in results for error in result._errors()]
        count = max(self.failed, len(shown))
        lines = [f"{count:,} of {self.total:,} rows were rejected by {self.name!r}."]
        reasons = Counter(shown).most_common(3)
        lines += [f"  {times:,} x {_brief(reason)}" for reason, times in reasons]
        if len(set(shown)) > len(reasons):
            lines.append(f"  and {len(set(shown)) - len(reasons):,} other reasons")
        if len(self.rejected):
            lines.append(f"{where}, with the reasons in the last column.")
        if len(self.unmatched):
            lines.append(
                f"{len(self.unmatched):,} of them could not be matched to a row of the data; they "
                "are in .unmatched as Anaplan sent them."
            )
        return "\n".join([*lines, self.note] if self.note else lines)

    def _errors(self) -> list[str]:
        """Return the reasons, one per rejected row; they are in the last column."""
        frames = [frame for frame in (self.rejected, self.unmatched) if frame.shape[1]]
        return [error for frame in frames for error in frame.iloc[:, -1]]

    def to_pandas(self) -> pd.DataFrame:
        """Return the counts, one row per action."""
        results = self.nested or (self,)
        columns = ["name", "successful", *COUNTS]
        return pd.DataFrame([[getattr(r, c) for c in columns] for r in results], columns=columns)

    def __repr__(self) -> str:
        verdict = "" if self.successful else "failed; "
        said = ". ".join(filter(None, [self._summary(), self.note]))
        text = f"<{self.name!r}: {verdict}{said}>"
        return "\n".join([text, *(f"  {result!r}" for result in self.nested)])

    def _summary(self) -> str:
        """Sum up in a few words; an action that loads no rows has only its messages."""
        if not self.total and len(self.details):
            return "; ".join(self.details["message"])
        deleted = f", {self.deleted:,} deleted" if self.deleted else ""
        return (
            f"{self.succeeded:,} of {self.total:,} rows loaded ({self.created:,} created, "
            f"{self.updated:,} updated{deleted}), {self.ignored:,} ignored, "
            f"{self.failed:,} rejected"
        )

    def _repr_html_(self) -> str:
        table = self.to_pandas().to_html(index=False)
        return f"{table}<p>{escape(self.note)}</p>" if self.note else table


def _brief(reason: str) -> str:
    """Cut a reason that quotes a very long value."""
    if len(reason) <= _LONGEST_REASON:
        return reason
    return f"{reason[:_LONGEST_REASON]}... ({len(reason):,} characters)"
