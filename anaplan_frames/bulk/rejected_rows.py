"""The rows that Anaplan rejected, given back as the caller's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from anaplan_frames.bulk.dump_reader import read_dump
from anaplan_frames.bulk.failure_dump import DumpRow, parse_dump
from anaplan_frames.bulk.file_targets import import_metadata
from anaplan_frames.bulk.retained_rows import RetainedRows, with_errors
from anaplan_frames.codec.column_types import unique_names
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.errors import AnaplanError, NotFound
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.tasks import Outcome
from anaplan_frames.writes.result_builder import Rejects


def collect_rejects(
    catalogue: Catalogue,
    info: Mapping[str, Any],
    outcome: Outcome,
    dump_path: str,
    sent: RetainedRows | None,
) -> Rejects:
    """Fetch an import's failure dump, if it has one, and match it to what was sent.

    A dump that cannot be had is no error of its own, since what was loaded is loaded: the note
    says so.

    Parameters
    ----------
    info : mapping
        The import's record.
    dump_path : str
        Where the task keeps the dump of this import.
    sent : Sent, optional
        What was sent; None where the data is not known.
    """
    nothing = sent.rejected(())[0] if sent else pd.DataFrame()
    failed = outcome.counts.get("failedCount", 0)
    if not outcome.dump_available:
        note = f"Anaplan wrote no failure dump that would show the {failed:,} rows."
        return Rejects(rejected=nothing, note=note if failed else "")
    try:
        return _read_rejects(catalogue, info, dump_path, sent, failed)
    except NotFound as gone:
        return Rejects(rejected=nothing, note=str(gone))
    except AnaplanError as error:
        note = f"The import has run, but its failure dump cannot be read: {error}"
        return Rejects(rejected=nothing, note=note)


def _read_rejects(
    catalogue: Catalogue,
    info: Mapping[str, Any],
    dump_path: str,
    sent: RetainedRows | None,
    failed: int,
) -> Rejects:
    label = f"the failure dump of import {info['name']!r}"
    content = read_dump(catalogue.transport, dump_path, label=label)
    if sent is None:
        source = import_metadata(catalogue, str(info["id"]), label).get("source") or {}
        headers = tuple(source.get("headerNames") or ())
        return Rejects(
            unmatched=_as_sent(parse_dump(content, headers, Dialect.of_import(source)), headers)
        )
    headers = sent.encoder.layout.headers
    rows = parse_dump(content, headers, sent.encoder.dialect)
    rejected, lost = sent.rejected(rows)
    note = f"Anaplan counts {failed:,} failed rows, and its failure dump shows {len(rows):,}."
    return Rejects(rejected, _as_sent(lost, headers), note if len(rows) != failed else "")


def _as_sent(rows: Sequence[DumpRow], headers: Sequence[str]) -> pd.DataFrame:
    """Show rows of a dump as Anaplan sent them: all text, with the line that it names."""
    if not rows:
        return pd.DataFrame()
    if not headers:
        return with_errors(pd.DataFrame([row.text for row in rows]), rows)
    frame = pd.DataFrame([row.values for row in rows], columns=unique_names(headers))
    lines = pd.array([row.line for row in rows], dtype="Int64")
    return with_errors(frame.assign(**{"_Line_": lines}), rows)
