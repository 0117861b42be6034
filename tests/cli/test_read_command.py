"""``anaplan-frames read`` and ``line-items``: tables into files and to stdout."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from anaplan_frames.cli import main
from anaplan_frames.cli.cross_table import flat_cross_table
from anaplan_frames.sandbox import Sandbox

COLUMNS = ["Airlines", "Origins", "Airports", "Time", "flights"]


def rows(text: str) -> list[list[str]]:
    """Return the first columns of CSV, without the header."""
    found = list(csv.reader(io.StringIO(text)))
    assert found[0][:5] == COLUMNS
    return sorted(row[:5] for row in found[1:])


EXPECTED = [
    ["American", "JFK", "Atlanta", "Jan 13", "3"],
    ["Delta", "EWR", "Atlanta", "Feb 13", "5"],
    ["United", "JFK", 'Boston "Logan", MA', "Jan 13", "8"],
]


def test_an_export_goes_to_stdout_as_csv_and_nothing_else_does(
    loaded: Sandbox, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["read", "Flights export"]) == 0
    shown = capfdbinary.readouterr()
    assert rows(shown.out.decode()) == EXPECTED
    assert b"American,JFK,Atlanta,Jan 13,3,0,12.5,1,100,760\n" in shown.out
    assert b"read 'Flights export': 3 rows to stdout" in shown.err


@pytest.mark.long
def test_the_ending_of_the_file_chooses_the_format(loaded: Sandbox) -> None:
    for ending in ("csv", "parquet", "arrow", "json", "jsonl"):
        assert main(["read", "Flights export", "-o", f"f.{ending}", "-q"]) == 0
    assert rows(Path("f.csv").read_text()) == EXPECTED
    expected = pd.read_csv("f.csv")
    for found in (
        pq.read_table("f.parquet").to_pandas(),
        pa.ipc.open_file("f.arrow").read_all().to_pandas(),
        pd.read_json("f.json"),
        pd.read_json("f.jsonl", lines=True),
    ):
        pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert sorted(os.listdir()) == ["f.arrow", "f.csv", "f.json", "f.jsonl", "f.parquet"]


def test_rows_columns_and_separator_can_be_chosen(
    loaded: Sandbox, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    words = ["read", "Flights by Month", "--where", "Airlines=AA", "--where", "Airlines=UA"]
    words += ["--where", "Time=Jan 13", "--omit-empty", "--column", "flights", "--column", "Time"]
    words += ["--periods", "start", "--sep", "tab", "--encoding", "utf-16", "-q"]
    assert main(words) == 0
    text = capfdbinary.readouterr().out.decode("utf-16")
    assert text == "flights\tTime\n3\t2013-01-01\n8\t2013-01-01\n"


def test_a_module_is_read_in_the_layout_of_its_view(
    loaded: Sandbox, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    words = ["read", "Flights by Month", "--where", "Airlines=AA", "--where", "Airlines=UA"]
    words += ["--where", "Time=Jan 13", "--where", "Time=Feb 13", "--omit-empty", "-q"]
    assert main([*words, "--layout", "grid"]) == 0
    found = list(csv.reader(io.StringIO(capfdbinary.readouterr().out.decode())))
    assert found[:2] == [
        ["Airlines", "Origins", "Airports", "Line items", "Jan 13"],
        ["American", "JFK", "Atlanta", "flights", "3"],
    ]
    assert main([*words, "--layout", "grid", "-o", "grid.parquet"]) == 0
    frame = pd.read_parquet("grid.parquet")
    assert frame.columns.tolist() == found[0]
    assert frame["Jan 13"].tolist() == [float(row[4]) for row in found[1:]]
    assert main([*words, "--layout", "table"]) == 0
    assert capfdbinary.readouterr().out.decode().startswith("Airlines,Origins,Airports,Time,")


def test_a_cross_table_has_one_header_for_each_column() -> None:
    months = pd.MultiIndex.from_product([["Jan 13", "Feb 13"], ["Units", "Time"]])
    side = pd.Index(["West", "East"], name="Region")
    frame = pd.DataFrame([[1, 2, 3, 4], [5, 6, 7, 8]], index=side, columns=months)
    table = flat_cross_table(frame).read_all()
    assert table.to_pydict() == {
        "Region": ["West", "East"],
        "Jan 13 / Units": [1, 5],
        "Jan 13 / Time": [2, 6],
        "Feb 13 / Units": [3, 7],
        "Feb 13 / Time": [4, 8],
    }
    same = frame.set_axis(["Region", "Region", 2013, ""], axis=1)
    names = flat_cross_table(same).schema.names
    assert names == ["Region", "Region.1", "Region.2", "2013", "Column 5"]
    assert flat_cross_table(same.reset_index(drop=True)).schema.names[0] == "Region"


@pytest.mark.long
def test_json_describes_what_was_written_to_a_file(
    loaded: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", "Airlines", "-o", "lines.csv", "--nrows", "2", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["schema"], said["rows"], said["file"]) == (1, 2, "lines.csv")


def test_json_on_stdout_is_the_rows(
    loaded: Sandbox, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["read", "Origins", "--column", "code", "--json", "-q"]) == 0
    found = json.loads(capfdbinary.readouterr().out)
    assert found == [{"code": "EWR"}, {"code": "JFK"}, {"code": "LGA"}]
    words = ["read", "Flights export", "--no-run", "--where", "Airlines=nobody", "--json", "-q"]
    assert main(words) == 0
    assert json.loads(capfdbinary.readouterr().out) == []


@pytest.mark.long
def test_a_file_is_whole_or_as_before(loaded: Sandbox) -> None:
    Path("lines.csv").write_text("before")
    os.chmod("lines.csv", 0o600)
    loaded.faults.add("500", method="GET", path="*/items*", times=None)
    try:
        assert main(["read", "Airlines", "-o", "lines.csv", "--tries", "1"]) == 1
    finally:
        loaded.faults.clear()
    assert Path("lines.csv").read_text() == "before"
    assert os.listdir() == ["lines.csv"]
    assert main(["read", "Airlines", "-o", "lines.csv", "-q"]) == 0
    assert stat.S_IMODE(os.stat("lines.csv").st_mode) == 0o600


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["Flights export", "-o", "no/f.csv"], 1, "no/f.csv: There is no such folder"),
        (["Flights export", "-o", "."], 1, ".: This is a folder. Name a file"),
        (["Flights export", "-o", "flights"], 2, "does not say what is in the file"),
        (
            ["Airlines", "--layout", "grid"],
            2,
            "list 'Airlines' has no --layout, which is an option",
        ),
        (
            ["Flights by Month", "--layout", "grid", "--nrows", "1"],
            2,
            "--nrows does not go with --layout grid, whose rows and columns are those of the view.",
        ),
        (["Airlines", "--omit-empty"], 2, "list 'Airlines' has no --omit-empty, which is"),
        (
            ["Flights by Month", "--omit-empty", "--column", "Time"],
            2,
            "--omit-empty needs a line item to look at: name one in --column, or leave --column",
        ),
        (["Flights exprt"], 7, "Did you mean 'Flights export'"),
        (["Load airlines"], 7, "Load data with it: anaplan-frames write FILE 'Load airlines'"),
        (["Airlines", "--where", "name=nobody", "--column", "x"], 1, "There is no column 'x'"),
    ],
)
def test_what_cannot_be_read_is_said(
    loaded: Sandbox,
    words: list[str],
    status: int,
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["read", *words]) == status
    assert sentence in capsys.readouterr().err


def test_a_text_that_the_encoding_does_not_have_is_named(
    loaded: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.csv").write_text("carrier,name\nZ€,Euro\n")
    assert main(["write", "a.csv", "airlines.csv", "-q"]) == 0
    assert main(["read", "airlines.csv", "-o", "b.csv", "--encoding", "latin-1"]) == 1
    assert "The character '€' cannot be written in latin-1." in capsys.readouterr().err
    assert not Path("b.csv").exists()


@pytest.mark.long
def test_line_items_go_to_a_file(loaded: Sandbox) -> None:
    assert main(["line-items", "-o", "items.csv", "-q"]) == 0
    assert main(["line-items", "Flights by Month", "-o", "items.parquet", "-q"]) == 0
    found = pd.read_csv("items.csv")
    assert len(found) == 6
    assert list(found["name"]) == list(pd.read_parquet("items.parquet")["name"])
    assert found["dimensions"][0] == "Airlines, Origins, Airports, Time"
