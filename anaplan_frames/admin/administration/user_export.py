"""All users of a tenant, read from the CSV that the Administration API exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import pandas as pd

from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.errors import TransferError
from anaplan_frames.transport import Transport

COLUMNS = ("username", "first_name", "last_name", "licenses")
_FIELDS = {name: Field(name) for name in COLUMNS}
_LABEL = "the export of users"
_PAGE = 5000
_MOST_PAGES = 1000


def export_users(transport: Transport) -> pd.DataFrame:
    """Return one row per user; see `Admin.export_users`.

    The pages are read until one is empty: how many rows Anaplan gives at most is not documented.
    """
    rows: list[Mapping[str, str | None]] = []
    known: set[str | None] = set()
    for _ in range(_MOST_PAGES):
        content = transport.download(
            "/users/export",
            label=_LABEL,
            params={"Limit": _PAGE, "Offset": len(rows)},
            headers={"Accept": "text/csv"},
            service="admin",
        )
        page = _read(content)
        if not page:
            return frame_of_fields(rows, _FIELDS)
        names = {row["username"] for row in page}
        if len(names) < len(page) or names & known:
            raise TransferError(
                f"{_LABEL}: Anaplan gave a user twice. Perhaps users were changed meanwhile; try "
                "again."
            )
        known |= names
        rows += page
    raise TransferError(
        f"{_LABEL}: Anaplan gave {_MOST_PAGES:,} pages and always one more. Try again; if it "
        "happens again, ask Anaplan's support."
    )


def _read(content: bytes) -> list[Mapping[str, str | None]]:
    try:
        header, *lines = csv.reader(
            io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True
        )
    except (ValueError, csv.Error) as error:
        raise TransferError(f"{_LABEL}: what came is not CSV ({error}). Try again.") from None
    if header[: len(COLUMNS)] != list(COLUMNS):
        raise TransferError(
            f"{_LABEL}: the columns are {', '.join(header)}, and not {', '.join(COLUMNS)}."
        )
    filled = [line for line in lines if line]
    if any(len(line) < len(COLUMNS) for line in filled):
        raise TransferError(f"{_LABEL}: a line is cut off. Try again.")
    return [
        {name: text or None for name, text in zip(COLUMNS, line, strict=False)} for line in filled
    ]
