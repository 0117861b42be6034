"""Users imported by the Administration API, as CSV in requests of at most 500 rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
from urllib3.filepost import encode_multipart_formdata

from anaplan_frames.admin.administration.user_export import COLUMNS
from anaplan_frames.admin.list_texts import split_list, with_list_texts, with_own_rows
from anaplan_frames.admin.prepared_rows import PreparedRows, RowPlan
from anaplan_frames.deadline import time_limit
from anaplan_frames.errors import ColumnMismatch, TransferError
from anaplan_frames.messages import listed
from anaplan_frames.progress import Progress
from anaplan_frames.results import WriteResult
from anaplan_frames.transport import Transport
from anaplan_frames.writes.arrow_arrays import Positions
from anaplan_frames.writes.batch_outcome import BatchOutcome, Reconciled
from anaplan_frames.writes.batches import Batches, Look
from anaplan_frames.writes.column_mapping import named_mapping
from anaplan_frames.writes.input_texts import InputTexts, read_texts
from anaplan_frames.writes.plan import SendOptions, WritePlan, plan_of
from anaplan_frames.writes.result_builder import check_result

MOST_ROWS = 500  # in one request, as Anaplan documents
_LABEL = "users"
_LISTS = ("licenses",)
_UNCHECKED = (
    {
        "subject": "created or updated",
        "reason": "Which rows make a user and which change one is only known once they are sent.",
    },
)

Line = tuple[str, ...]


def import_users(
    transport: Transport,
    data: Any,
    *,
    mapping: Mapping[Hashable, str] | None,
    index: bool,
    send: SendOptions,
    dry_run: bool,
) -> WriteResult | WritePlan:
    """Import users, or plan it; see `Admin.import_users`."""
    with time_limit(transport.clock, send.timeout):
        converted = with_list_texts(data, _LISTS, named_mapping(mapping))
        texts = read_texts(
            converted,
            COLUMNS,
            needs=COLUMNS,
            mapping=mapping,
            label=_LABEL,
            index=index,
            keep=dry_run,
        )
        texts = with_own_rows(texts, data, converted, index=index)
        prepare = partial(_prepared, transport, texts)
        prepared = prepare()
        if dry_run:
            return plan_of(prepared, prepare, send)
        return check_result(prepared.send(send), send.on_rejected)


def _prepared(transport: Transport, texts: InputTexts) -> PreparedRows:
    begun = transport.clock.monotonic()
    lines, refused = _lines(texts)
    return PreparedRows(
        RowPlan(
            facts={"kind": "users", "target": _LABEL, "mode": "upsert"},
            texts=texts,
            rows=list(lines),
            created=0,
            updated=0,
            refused=refused,
            changes=pd.DataFrame(),
            unchecked=_UNCHECKED,
            state=(tuple(lines.items()), tuple(refused.items())),
            deliver=partial(_deliver, transport, list(lines.values())),
            clock=transport.clock,
            begun=begun,
        )
    )


def _lines(texts: InputTexts) -> tuple[dict[int, Line], dict[int, str]]:
    """Return the line of each row, and why other rows are refused; blank rows are left out."""
    columns = [texts.table[name].to_pylist() for name in COLUMNS]
    lines: dict[int, Line] = {}
    refused: dict[int, str] = {}
    for row, values in enumerate(zip(*columns, strict=True)):
        username, first, last, licenses = ((value or "").strip() for value in values)
        line = (username, first, last, ",".join(split_list(licenses)))
        empty = [name for name, text in zip(COLUMNS, line, strict=True) if not text]
        if len(empty) == len(COLUMNS):
            continue
        if empty:
            refused[row] = f"{' and '.join(empty)} must not be empty"
        else:
            lines[row] = line
    _check_twice(list(lines.values()))
    return lines, refused


def _check_twice(lines: Sequence[Line]) -> None:
    seen: set[str] = set()
    twice = []
    for username, *_ in lines:
        if username.casefold() in seen:
            twice.append(username)
        seen.add(username.casefold())
    if twice:
        raise ColumnMismatch(
            f"Several rows have the same username: {listed(twice, 5)}. Keep one row for each."
        )


def _deliver(transport: Transport, lines: Sequence[Line], progress: Progress) -> BatchOutcome:
    batches = Batches(
        lambda positions, look: _send(transport, lines, positions, look),
        _sent_again,
        most=MOST_ROWS,
        label=_LABEL,
        threads=1,
        progress=progress,
    )
    return batches.run(len(lines))


def _send(
    transport: Transport, lines: Sequence[Line], positions: Positions, look: Look
) -> Mapping[str, Any]:
    """Send lines, and return the answer as `BatchOutcome.of` reads it."""
    chosen = [lines[position] for position in positions.tolist()]
    body, content_type = encode_multipart_formdata(
        {"file": ("users.csv", _csv(chosen), "text/csv")}
    )
    answer = transport.put(
        "/users/import",
        label="the import of users",
        data=body,
        headers={"Content-Type": content_type},
        timeout=transport.patient(600),
        service="admin",
    )
    failures = [_failure(error) for error in answer.get("errors") or ()]
    created, updated = answer["created"], answer["updated"]
    missing = len(chosen) - created - updated - len({f["requestIndex"] for f in failures})
    if missing < 0:
        raise TransferError(
            f"the import of users: Anaplan counts {len(chosen) - missing:,} rows, but "
            f"{len(chosen):,} were sent. Look at the users before you import them again."
        )
    if missing:
        text = f"Anaplan counts {len(chosen) - missing:,} of {len(chosen):,} rows"
        failures += [{"requestIndex": None, "failureMessageDetails": text}] * missing
    return {"added": created, "updated": updated, "failures": failures}


def _failure(error: Mapping[str, Any]) -> dict[str, Any]:
    line = error.get("line")
    index = line - 1 if type(line) is int else None
    return {"requestIndex": index, "failureMessageDetails": error.get("message")}


def _csv(lines: Sequence[Line]) -> bytes:
    """Write lines with quotes around every value, as several licenses need them."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(COLUMNS)
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(lines)
    return out.getvalue().encode()


def _sent_again(positions: Positions) -> Reconciled:
    """Never called: a request whose answer is lost is sent again, as it changes nothing more."""
    raise AssertionError("an import of users is repeatable")
