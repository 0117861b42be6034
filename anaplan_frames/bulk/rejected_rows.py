"""The rows that Anaplan rejected, given back as the caller's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from anaplan_frames.bulk.dump_reader import read_dump
from anaplan_frames.bulk.failure_dump import DumpRow, parse_dump
from anaplan_frames.bulk.file_targets import import_metadata
from anaplan_frames.bulk.sent_rows import Sent, SentRows
from anaplan_frames.codec.column_types import unique_names
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.errors import AnaplanError, NotFound, TransferTimeout
from anaplan_frames.outcomes import Outcome
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.writes.dump_folder import DumpFolder
from anaplan_frames.writes.result_builder import Rejects
from anaplan_frames.writes.retained_rows import with_messages


def collect_rejects(
    catalogue: Catalogue,
    info: Mapping[str, Any],
    outcome: Outcome,
    dump_path: str,
    sent: Sent | None,
    folder: DumpFolder | None = None,
) -> Rejects:
    """Fetch an import's failure dump, if it has one, and match it to what was sent.

    What is loaded is loaded: if the dump cannot be read or matched, a note says so.

    Parameters
    ----------
    info : mapping
        The ``id`` and ``name`` of the import.
    dump_path : str
        Where the task keeps the dump of this import.
    sent : Sent, optional
        What was sent; None if the data is not known.
    folder : DumpFolder, optional
        Where the dump is kept as it is.

    Raises
    ------
    TransferTimeout
        If the time for the whole call ends before.
    """
    failed = outcome.counts.get("failedCount", 0)
    if not outcome.dump_available:
        note = f"Anaplan wrote no failure dump that would show the {failed:,} rows."
        return Rejects(note=note if failed else "")
    label = f"the failure dump of import {info['name']!r}"
    try:
        content = read_dump(catalogue.transport, dump_path, label=label)
        if folder is not None:
            folder.keep_dump(str(info["id"]), content)
        rows = sent if isinstance(sent, SentRows) else None
        dialect, headers = _layout(catalogue, info, label, rows)
    except NotFound as gone:
        return Rejects(note=str(gone))
    except TransferTimeout:
        raise
    except AnaplanError as error:
        return Rejects(note=f"The import has run, but its failure dump cannot be read: {error}")
    return _matched(parse_dump(content, headers, dialect), headers, rows, failed)


def _layout(
    catalogue: Catalogue, info: Mapping[str, Any], label: str, sent: SentRows | None
) -> tuple[Dialect, tuple[str, ...]]:
    """Return how the file is written that the import has read, and its headers."""
    if sent is not None:
        return sent.encoder.dialect, tuple(sent.encoder.layout.headers)
    source = import_metadata(catalogue, str(info["id"]), label).get("source") or {}
    return Dialect.of_import(source), tuple(source.get("headerNames") or ())


def _matched(
    rows: list[DumpRow], headers: tuple[str, ...], sent: SentRows | None, failed: int
) -> Rejects:
    if sent is None or not rows:
        return Rejects(unmatched=as_sent(rows, headers))
    notes = []
    try:
        rejected, lost = sent.rejected(rows)
    except Exception as error:  # the import has run: whatever is wrong must not hide that
        rejected, lost = pd.DataFrame(), rows
        notes.append(
            "The rejected rows could not be matched to the data "
            f"({type(error).__name__}: {error}). They are in .unmatched as Anaplan sent them."
        )
    if len(rows) != failed:
        notes.append(
            f"Anaplan counts {failed:,} failed rows, and its failure dump shows {len(rows):,}."
        )
    return Rejects(rejected, as_sent(lost, headers), " ".join(notes))


def as_sent(rows: Sequence[DumpRow], headers: Sequence[str]) -> pd.DataFrame:
    """Show rows of a dump as Anaplan sent them: all text, with the line that it names."""
    if not rows:
        return pd.DataFrame()
    messages = ["\n".join(row.messages) for row in rows]
    if not headers:
        return with_messages(pd.DataFrame([row.text for row in rows]), messages)
    frame = pd.DataFrame([row.values for row in rows], columns=unique_names(headers))
    lines = pd.array([row.line for row in rows], dtype="Int64")
    return with_messages(frame.assign(**{"_Line_": lines}), messages)
