"""Staging of an uploaded file: its rows as texts in temporary tables, with their line numbers.

`staged` holds the rows that have as many fields as the header, and `malformed` the others. Both
have the columns line, c0, c1, ...; `malformed` also has the type and message of the fault.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from anaplan_frames.sandbox.planning.action_outcome import Watch
from anaplan_frames.sandbox.planning.imports.prepared_upload import Upload, split_record
from anaplan_frames.sandbox.planning.imports.quote_repair import repaired
from anaplan_frames.sandbox.planning.schema.action_definitions import FileDefinition

_BLOCK = 16_000_000


@dataclass(slots=True)
class _Malformed:
    """The rows that the CSV reader refused: all their numbers, and the content of new ones."""

    numbers: array[int] = field(default_factory=lambda: array("q"))
    fresh: list[tuple[int, list[str], str, str]] = field(default_factory=list)
    contains_lines: bool = False


def stage(
    con: duckdb.DuckDBPyConnection,
    upload: Upload,
    file: FileDefinition,
    folder: Path,
    watch: Watch,
) -> int:
    """Fill `staged` and `malformed`; return how many rows the file has."""
    columns = [f"c{number}" for number in range(len(upload.headers))]
    texts = ", ".join(f"{column} VARCHAR" for column in columns)
    con.execute(f"CREATE TEMP TABLE staged (line BIGINT, {texts})")
    con.execute(
        f"CREATE TEMP TABLE malformed (line BIGINT, type VARCHAR, message VARCHAR, {texts})"
    )
    if upload.unbalanced or not _read(con, upload, file, columns, watch):
        con.execute("DELETE FROM staged")
        con.execute("DELETE FROM malformed")
        upload, unmatched = repaired(upload, file, folder)
        _read(con, upload, file, columns, watch)
        _mark_unmatched(con, unmatched, file, len(columns))
    row = con.execute(
        "SELECT (SELECT count(*) FROM staged) + (SELECT count(*) FROM malformed)"
    ).fetchone()
    return int(row[0]) if row else 0


def _read(
    con: duckdb.DuckDBPyConnection,
    upload: Upload,
    file: FileDefinition,
    columns: list[str],
    watch: Watch,
) -> bool:
    """Read all rows; return False if a refused row contains lines that follow it."""
    malformed = _Malformed()
    size = max(upload.path.stat().st_size - upload.offset, 1)
    for batch, done in _batches(upload, file, columns, malformed):
        watch.step("Reading the file", 0.05 + 0.35 * min(done / size, 1.0))
        # An INSERT of no rows would do harm: see `row_faults._insert`.
        if batch.num_rows:
            con.register("arrived", pa.Table.from_batches([batch]))
            con.execute(
                f"INSERT INTO staged SELECT line + {file.first_data_row - 1}, * EXCLUDE (line)"
                " FROM arrived"
            )
            con.unregister("arrived")
        _keep_malformed(con, malformed, file, len(columns))
    _keep_malformed(con, malformed, file, len(columns))
    return not malformed.contains_lines


def _batches(
    upload: Upload, file: FileDefinition, columns: list[str], malformed: _Malformed
) -> Iterator[tuple[pa.RecordBatch, int]]:
    """Yield well-formed rows with their numbers (from 1), and the number of bytes read so far."""
    with upload.path.open("rb") as stream:
        stream.seek(upload.offset)
        if not stream.peek(1):
            return
        reader = pa_csv.open_csv(
            stream,
            # The reader knows the number of a refused row only if it uses one thread.
            read_options=pa_csv.ReadOptions(
                use_threads=False, block_size=_BLOCK, column_names=columns
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=file.separator,
                quote_char=file.delimiter or False,
                newlines_in_values=bool(file.delimiter),
                ignore_empty_lines=False,
                invalid_row_handler=lambda row: _refuse(row, file, malformed),
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()),
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
        taken = 0
        for batch in reader:
            numbers = _row_numbers(taken, batch.num_rows, malformed.numbers)
            taken += batch.num_rows
            arrays = [pa.array(numbers), *batch.columns]
            yield (
                pa.RecordBatch.from_arrays(arrays, names=["line", *columns]),
                stream.tell() - upload.offset,
            )


def _row_numbers(taken: int, count: int, refused: array[int]) -> np.ndarray[Any, Any]:
    """Return the numbers (from 1) of well-formed rows, given the numbers of refused rows."""
    places = np.frombuffer(refused, dtype=np.int64) if refused else np.empty(0, dtype=np.int64)
    positions = np.arange(taken + 1, taken + count + 1)
    # The i-th refused row comes before the k-th good one if its number is at most k + i.
    shifted = places - np.arange(len(places))
    return positions + np.searchsorted(shifted, positions, side="right")


def _refuse(row: pa_csv.InvalidRow, file: FileDefinition, malformed: _Malformed) -> str:
    malformed.numbers.append(row.number)
    malformed.contains_lines |= "\n" in row.text
    few = row.actual_columns < row.expected_columns
    malformed.fresh.append(
        (
            row.number,
            split_record(row.text, file),
            "missingFields" if few else "tooManyFields",
            f"The row has {row.actual_columns} fields instead of {row.expected_columns}",
        )
    )
    return "skip"


def _keep_malformed(
    con: duckdb.DuckDBPyConnection, malformed: _Malformed, file: FileDefinition, width: int
) -> None:
    """Move the refused rows that were found so far into `malformed`."""
    if not malformed.fresh:
        return
    rows = malformed.fresh
    before = file.first_data_row - 1
    columns: dict[str, list[Any]] = {
        "line": [number + before for number, *_ in rows],
        "type": [kind for _, _, kind, _ in rows],
        "message": [message for *_, message in rows],
    }
    for index in range(width):
        columns[f"c{index}"] = [
            fields[index] if index < len(fields) else "" for _, fields, _, _ in rows
        ]
    con.register("arrived", pa.table(columns))
    con.execute("INSERT INTO malformed SELECT * FROM arrived")
    con.unregister("arrived")
    malformed.fresh = []


def _mark_unmatched(
    con: duckdb.DuckDBPyConnection,
    unmatched: dict[int, str],
    file: FileDefinition,
    width: int,
) -> None:
    """Replace the empty lines of rows with an unmatched text delimiter by malformed rows."""
    lines = [number + file.first_data_row - 1 for number in unmatched]
    if not lines:
        return
    for table in ("staged", "malformed"):
        con.execute(f"DELETE FROM {table} WHERE line IN ({', '.join(map(str, lines))})")
    malformed = _Malformed()
    for number, text in unmatched.items():
        fields = text.rstrip("\r\n").split(file.separator)
        message = f"Unmatched text delimiter {file.delimiter}"
        malformed.fresh.append((number, fields, "unmatchedTextDelimiter", message))
    _keep_malformed(con, malformed, file, width)
