"""Reports of writes: what a plan expects and a result has done, in counts, rows and reasons."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from anaplan_frames.visible_text import visible

Outcome = Literal["loaded", "rejected", "failed", "cancelled", "uncertain"]

SCHEMA = 1
"""The version of `Report.to_dict`; it changes if a key changes its meaning."""

SYNC = "sync"
"""The kind of a report on a sync of models: it counts changes of structure, not rows."""

COUNTS = (
    "rows_sent",
    "rows_loaded",
    "rows_created",
    "rows_updated",
    "rows_deleted",
    "rows_ignored",
    "rows_rejected",
)
_LONGEST_REASON = 300
_MOST_REASONS = 3
_MOST_SHOWN = 10  # rows in HTML
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|\u2018[^\u2019]*\u2019|\u201c[^\u201d]*\u201d")
_MASK = "'...'"


def _empty() -> pd.DataFrame:
    return pd.DataFrame()


@dataclass(frozen=True, repr=False, kw_only=True)
class Report:
    """What a plan expects and a result has done.

    Attributes
    ----------
    kind : str
        What was written to: ``"import"``, ``"process"``, ``"list"``, ``"module"``, ``"file"``,
        ``"users"`` or another kind of action.
    target, target_id : str
        Its name and id.
    model, model_id, workspace_id : str
        Where it is.
    mode : str
        For a list ``"insert"``, ``"update"``, ``"upsert"``, ``"delete"`` or ``"sync"``; for users
        ``"insert"``, ``"update"``, ``"deactivate"`` or ``"upsert"``; else empty.
    rows_sent : int
        Rows of the data, and for a sync the items that no row is about and that are deleted.
    rows_created, rows_updated, rows_deleted, rows_ignored, rows_rejected : int
        What happens to them. A row that changes nothing is ignored.
    rejected : pandas.DataFrame
        The caller's own rows that are rejected, with their columns, dtypes and index, and a last
        column ``error`` (``anaplan_error`` if the data has a column ``error``).
    changes : pandas.DataFrame
        For a list, one row per item that changes: ``action`` (``"insert"``, ``"update"`` or
        ``"delete"``), ``id`` (missing for a new item), ``code``, ``name``, and for an update
        ``change`` in words, e.g. ``"Grade: A -> B, parent: West -> East"``. For users the same,
        with ``user_name`` instead of ``code`` and ``name``.
    note : str
        What else there is to know; for instance why `rejected` does not show all rows.
    """

    kind: str = ""
    target: str = ""
    target_id: str = ""
    model: str = ""
    model_id: str = ""
    workspace_id: str = ""
    mode: str = ""
    rows_sent: int = 0
    rows_created: int = 0
    rows_updated: int = 0
    rows_deleted: int = 0
    rows_ignored: int = 0
    rows_rejected: int = 0
    rejected: pd.DataFrame = field(default_factory=_empty)
    changes: pd.DataFrame = field(default_factory=_empty)
    note: str = ""

    @property
    def reasons(self) -> pd.DataFrame:
        """The reasons of rejected rows, the most frequent first.

        Returns
        -------
        pandas.DataFrame
            ``reason`` (quoted values are masked, so that equal reasons are one), ``rows``
            (int64) and ``example`` (one message as it came).
        """
        counts: Counter[str] = Counter()
        examples: dict[str, str] = {}
        for message in self._messages():
            reason = _masked(message)
            counts[reason] += 1
            examples.setdefault(reason, message)
        rows = [(reason, count, examples[reason]) for reason, count in counts.most_common()]
        frame = pd.DataFrame(rows, columns=["reason", "rows", "example"])
        return frame.astype({"reason": "str", "rows": "int64", "example": "str"})

    def to_dict(self, *, rows: int = 0) -> dict[str, Any]:
        """Return the report as JSON values.

        Parameters
        ----------
        rows : int, default 0
            How many rejected rows and changes to include.

        Returns
        -------
        dict
            With ``"schema": 1``; the keys are the attributes.

        Examples
        --------
        >>> result.to_dict()["rows_rejected"]  # doctest: +SKIP
        2
        """
        found: dict[str, Any] = {"schema": SCHEMA}
        for name in ("kind", "target", "target_id", "model", "model_id", "workspace_id", "mode"):
            found[name] = getattr(self, name)
        found |= self._facts()
        found |= {name: getattr(self, name) for name in COUNTS if hasattr(self, name)}
        found["note"] = self.note
        found["reasons"] = _json_rows(self.reasons)
        found["rejected"] = _json_rows(self.rejected.head(rows))
        found["changes"] = _json_rows(self.changes.head(rows))
        return found

    def to_json(self, path: str | os.PathLike[str] | None = None, *, rows: int = 0) -> str:
        """Return the report as JSON text, and write it to a path if one is given."""
        text = json.dumps(self.to_dict(rows=rows), ensure_ascii=False, indent=2)
        if path is not None:
            Path(path).write_text(text + "\n", encoding="utf-8")
        return text

    def to_pandas(self) -> pd.DataFrame:
        """Return the counts, one row per action."""
        parts = self._parts()
        names = [name for name in COUNTS if hasattr(self, name)]
        return pd.DataFrame(
            [
                [part.target, part.verdict, *(getattr(part, name) for name in names)]
                for part in parts
            ],
            columns=["target", "outcome", *names],
        )

    def to_html(self) -> str:
        """Return the verdict, the counts, the first reasons and rejected rows as HTML."""
        parts = [f"<p><b>{escape(self.verdict)}</b>: {escape(self.summary)}</p>"]
        parts.append(self.to_pandas().to_html(index=False))
        if len(self.reasons):
            parts += ["<p>Reasons</p>", self.reasons.head(_MOST_SHOWN).to_html(index=False)]
        if len(self.rejected):
            parts += ["<p>Rejected rows</p>", self.rejected.head(_MOST_SHOWN).to_html()]
            more = len(self.rejected) - _MOST_SHOWN
            if more > 0:
                parts.append(f"<p>{more:,} more are in <code>.rejected</code>.</p>")
        if self.note:
            parts.append(f"<p>{escape(self.note)}</p>")
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        return self.to_html()

    @property
    def verdict(self) -> str:
        """One word for how it stands."""
        return "planned"

    @property
    def summary(self) -> str:
        """The counts in one sentence."""
        return _sentence(self, "to send")

    def complaint(self, where: str) -> str:
        """Say how many rows were rejected, for which reasons, and where they are."""
        reasons = self.reasons
        count = max(self.rows_rejected, int(reasons["rows"].sum()))
        lines = [f"{count:,} of {self.rows_sent:,} rows were rejected by {self.target!r}."]
        for reason in reasons.head(_MOST_REASONS).itertuples():
            lines.append(f"  {reason.rows:,} x {_shortened(str(reason.example))}")
        if len(reasons) > _MOST_REASONS:
            lines.append(f"  and {len(reasons) - _MOST_REASONS:,} other reasons")
        if len(self.rejected):
            lines.append(f"{where}, with the reasons in the last column.")
        return "\n".join([*lines, *self._afterwords()])

    def _afterwords(self) -> list[str]:
        return [self.note] if self.note else []

    def _facts(self) -> dict[str, Any]:
        return {}

    def _parts(self) -> tuple[Report, ...]:
        return (self,)

    def _messages(self) -> Iterator[str]:
        """Yield the reasons, one per rejected row; they are in the last column."""
        if self.rejected.shape[1]:
            yield from map(str, self.rejected.iloc[:, -1])

    def __repr__(self) -> str:
        said = ". ".join(filter(None, [self.summary, self.note]))
        return visible(f"<{self.target!r}: {self.verdict}; {said}>")


@dataclass(frozen=True, repr=False, kw_only=True)
class WriteResult(Report):
    """What was done by a write or by an action.

    Attributes
    ----------
    outcome : {"loaded", "rejected", "failed", "cancelled", "uncertain"}
        ``"rejected"``: done, but rows were rejected.
    task_id : str
        The task; what is written to a list or module directly has none.
    started : pandas.Timestamp
        When it was started (UTC); NaT if it was not.
    seconds : float
        How long the whole call took.
    bytes_sent : int
        Bytes of the text that was uploaded, before compression.
    rows_loaded : int
        Rows that Anaplan took.
    unmatched : pandas.DataFrame
        Rows of the failure dump that match no row of the data, as Anaplan sent them (all text).
    details : pandas.DataFrame
        What Anaplan says: ``action``, ``type``, ``message``, ``occurrences``, ``values``.
    dump : str
        The folder that holds rejected rows and failure dumps, if one was asked for.
    actions : tuple of WriteResult
        For a process, one per action.
    """

    outcome: Outcome = "loaded"
    task_id: str = ""
    started: pd.Timestamp = pd.NaT  # type: ignore[assignment]
    seconds: float = 0.0
    bytes_sent: int = 0
    rows_loaded: int = 0
    unmatched: pd.DataFrame = field(default_factory=_empty)
    details: pd.DataFrame = field(default_factory=_empty)
    dump: str = ""
    actions: tuple[WriteResult, ...] = ()

    @property
    def verdict(self) -> str:
        """The outcome."""
        return self.outcome

    @property
    def summary(self) -> str:
        """The counts in one sentence; an action that loads no rows has only its messages."""
        if not self.rows_sent and len(self.details):
            return "; ".join(self.details["message"])
        return _sentence(self, "loaded", first=self.rows_loaded)

    def _afterwords(self) -> list[str]:
        unmatched = (
            f"{len(self.unmatched):,} of them could not be matched to a row of the data; they "
            "are in .unmatched as Anaplan sent them."
        )
        return [*([unmatched] if len(self.unmatched) else []), *super()._afterwords()]

    def _facts(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "task_id": self.task_id,
            "started": None if pd.isna(self.started) else self.started.isoformat(),
            "seconds": self.seconds,
            "bytes_sent": self.bytes_sent,
            "dump": self.dump,
            "actions": [action.to_dict() for action in self.actions],
        }

    def _parts(self) -> tuple[Report, ...]:
        return self.actions or (self,)

    def _messages(self) -> Iterator[str]:
        if self.actions:
            for action in self.actions:
                yield from action._messages()
            return
        yield from super()._messages()
        if self.unmatched.shape[1]:
            yield from map(str, self.unmatched.iloc[:, -1])

    def __repr__(self) -> str:
        return "\n".join([super().__repr__(), *(f"  {action!r}" for action in self.actions)])


def _sentence(report: Report, words: str, *, first: int | None = None) -> str:
    """Return the counts in words; a sync has changes of a model's structure in place of rows."""
    unit = "changes" if report.kind == SYNC else "rows"
    count = f"{report.rows_sent:,} {unit} {words}"
    if first is not None:
        count = f"{first:,} of {count}"
    deleted = f", {report.rows_deleted:,} deleted" if report.rows_deleted else ""
    return (
        f"{count} ({report.rows_created:,} created, {report.rows_updated:,} updated"
        f"{deleted}), {report.rows_ignored:,} ignored, {report.rows_rejected:,} rejected"
    )


def _masked(message: str) -> str:
    return _shortened(_QUOTED.sub(_MASK, message))


def _shortened(reason: str) -> str:
    """Cut a reason that quotes a very long value."""
    if len(reason) <= _LONGEST_REASON:
        return reason
    return f"{reason[:_LONGEST_REASON]}... ({len(reason):,} characters)"


def _json_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    if frame.empty:
        return []
    named = frame.set_axis([str(name) for name in frame.columns], axis=1)
    rows: list[dict[str, Any]] = json.loads(named.to_json(orient="records", date_format="iso"))
    return rows
