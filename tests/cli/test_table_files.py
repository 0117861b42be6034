"""CSV as the command line reads and writes it: any text comes back as it was."""

from __future__ import annotations

import csv
import io
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.cli.table_formats import TableFormat
from anaplan_frames.cli.table_input import read_table
from anaplan_frames.cli.table_output import write_table

TEXTS = st.text(st.sampled_from("\",;\t\n '0aÄ€\u2028😀"), max_size=6)
TABLES = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(st.none() | TEXTS, min_size=width, max_size=width), max_size=5)
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables") / "table.csv"


@given(
    rows=TABLES,
    separator=st.sampled_from(",;\t|^a0-"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
)
def test_a_table_of_texts_is_read_as_it_was_written(
    path: Path, rows: list[list[str | None]], separator: str, encoding: str
) -> None:
    width = len(rows[0]) if rows else 2
    names = [f"C{n}" for n in range(width)]
    columns = [pa.array([row[n] for row in rows], pa.string()) for n in range(width)]
    table = pa.table(columns, names)
    form = TableFormat("csv", separator, encoding)
    assert write_table(table.to_reader(), str(path), form) == len(rows)
    # An empty text and a missing value are the same in CSV.
    expected = [[cell or None for cell in row] for row in rows]
    with ExitStack() as stack:
        batches = list(read_table(str(path), form, stack))
    found = pa.Table.from_batches(batches)
    assert found.column_names == names
    assert [list(row.values()) for row in found.to_pylist()] == expected
    # Python's own reader sees the same cells.
    text = path.read_bytes().decode(encoding)
    read = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    assert read == [names, *([cell or "" for cell in row] for row in expected)]


def test_numbers_dates_and_booleans_are_written_as_anaplan_takes_them(path: Path) -> None:
    table = pa.table(
        {
            "number": [1e21, 0.1, None],
            "yes": [True, False, None],
            "day": pa.array([0, 19_000, None], pa.date32()),
            "text": ["a", "b,c", None],
        }
    )
    write_table(table.to_reader(), str(path), TableFormat("csv"))
    assert path.read_text() == (
        "number,yes,day,text\n"
        "1000000000000000000000,true,1970-01-01,a\n"
        '0.1,false,2022-01-08,"b,c"\n'
        ",,,\n"
    )


def test_blocks_end_anywhere(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anaplan_frames.cli.table_input._BLOCK_BYTES", 64)
    rows = [[str(n), f'"{n}"\n' * (n % 4)] for n in range(500)]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["n", "text"], *rows])
    with ExitStack() as stack:
        found = pa.Table.from_batches(list(read_table(str(path), TableFormat("csv"), stack)))
    assert [[row["n"], row["text"] or ""] for row in found.to_pylist()] == rows
