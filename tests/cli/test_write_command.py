"""``anaplan-frames write``: files into imports, processes, lists, modules and files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from anaplan_frames.cli import main
from anaplan_frames.sandbox import Sandbox
from tests.cli.conftest import AIRLINES, FLIGHTS, loaded_demo

MODEL = ["-m", "Flight Planning"]


@pytest.fixture(scope="module")
def flights() -> Iterator[Sandbox]:
    """Serve a tenant of this module's own, whose lists change."""
    with loaded_demo() as running:
        yield running


def codes(sandbox: Sandbox, name: str = "Airlines") -> dict[str, str]:
    """Return the names of a list's items by code."""
    with sandbox.connect() as connection:
        frame = connection.model("Flight Planning").lists[name].read()
    return dict(zip(frame["code"], frame["name"], strict=True))


@pytest.mark.parametrize(
    "ending",
    [
        "csv",
        "parquet",
        "jsonl",
        pytest.param("csv.gz", marks=pytest.mark.long),
        pytest.param("arrow", marks=pytest.mark.long),
        pytest.param("json", marks=pytest.mark.long),
    ],
)
def test_a_file_of_each_format_is_loaded(loaded: Sandbox, ending: str) -> None:
    frame = pd.DataFrame({"carrier": ["AA", "00123"], "name": [ending, "Digits"]})
    path = f"airlines.{ending}"
    if ending.startswith("csv"):
        frame.to_csv(path, index=False)
    elif ending == "parquet":
        frame.to_parquet(path)
    elif ending == "arrow":
        frame.to_feather(path)
    else:
        frame.to_json(path, orient="records", lines=ending == "jsonl")
    assert main(["write", path, "Load airlines", "-q"]) == 0
    found = codes(loaded)
    assert (found["AA"], found["00123"]) == (ending, "Digits")


def test_the_result_is_one_json_document_with_what_a_monitor_needs(
    loaded: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    AIRLINES.to_csv("airlines.csv", index=False)
    assert main(["write", "airlines.csv", "Load airlines", "--json", "-q"]) == 0
    shown = capsys.readouterr()
    said = json.loads(shown.out)
    assert said["schema"] == 1
    assert (said["outcome"], said["rows_sent"], said["rows_rejected"]) == ("loaded", 3, 0)
    assert (said["kind"], said["target"], said["model"]) == (
        "import",
        "Load airlines",
        "Flight Planning",
    )
    assert len(said["task_id"]) == 32
    assert said["seconds"] > 0
    assert shown.err == ""


def test_rejected_rows_are_in_the_dump_and_in_the_document(
    loaded: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = FLIGHTS.assign(dest=["ATL", "XYZ", "BOS"])
    rows.to_csv("flights.csv", index=False)
    words = ["write", "flights.csv", "Load flights", "--dump", "dumps", "--json", "--rows", "1"]
    assert main(words) == 3
    shown = capsys.readouterr()
    said = json.loads(shown.out)
    assert (said["outcome"], said["rows_loaded"], said["rows_rejected"]) == ("rejected", 2, 1)
    assert said["rejected"][0]["dest"] == "XYZ"
    assert said["error"]["type"] == "RejectedRows"
    assert said["error"]["exit_status"] == 3
    kept = pd.read_csv("dumps/rejected.csv")
    assert list(kept["dest"]) == ["XYZ"]
    assert Path("dumps/failure_dump_112000000003.csv").exists()
    assert "They are in dumps" in shown.err
    assert "rejected, 2 of 3 rows loaded" in shown.err.splitlines()[-1]


def test_cells_of_csv_are_sent_as_they_stand(loaded: Sandbox) -> None:
    Path("airlines.csv").write_text('carrier;name\n007;"A; ""B""\nC"\n1e5;  0010 \n')
    assert main(["write", "airlines.csv", "airlines.csv", "--sep", ";", "-q"]) == 0
    with loaded.connect() as connection:
        there = connection.model("Flight Planning").files["airlines.csv"].read()
    assert there.to_dict("list") == {
        "carrier": ["007", "1e5"],
        "name": ['A; "B"\nC', "  0010 "],
    }


@pytest.mark.long
def test_csv_in_another_encoding_is_read(loaded: Sandbox) -> None:
    Path("airlines.csv").write_text("carrier,name\nÄÖ,Zürich\n", encoding="utf-16")
    words = ["write", "airlines.csv", "airlines.csv", "--encoding", "utf-16", "-q"]
    assert main(words) == 0
    with loaded.connect() as connection:
        there = connection.model("Flight Planning").files["airlines.csv"].read()
    assert there.to_dict("list") == {"carrier": ["ÄÖ"], "name": ["Zürich"]}


def test_a_dry_run_shows_the_plan_and_sends_nothing(
    loaded: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    before = codes(loaded)
    Path("airlines.csv").write_text("Kürzel,name\nAA,Renamed\nXX,New\n")
    words = ["write", "airlines.csv", "Airlines", "--mapping", "Kürzel=code", "--dry-run"]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert "1 created, 1 updated" in shown
    assert "Nothing was sent." in shown
    assert "update" in shown
    assert main([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [change["action"] for change in said["changes"]] == ["update", "insert"]
    assert said["head"][0] == {"code": "AA", "name": "Renamed"}
    assert codes(loaded) == before


def test_a_dry_run_that_expects_rejected_rows_ends_with_3(
    loaded: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("airlines.csv").write_text(f"code,name\n{'X' * 61},Too long\n")
    assert main(["write", "airlines.csv", "Airlines", "--dry-run"]) == 3
    assert "Rows that would be rejected:" in capsys.readouterr().out


def test_check_says_in_a_dry_run_what_columns_hold(loaded: Sandbox) -> None:
    FLIGHTS.assign(dest=["ATL", "XYZ", "BOS"]).to_csv("flights.csv", index=False)
    words = ["write", "flights.csv", "Load flights", "--dry-run", "--json", "-q"]
    program = [sys.executable, "-m", "anaplan_frames", *words]
    checks = ["--check", "dest=Airports", "--check", "period=Time"]
    done = subprocess.run([*program, *checks], capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    said = json.loads(done.stdout)
    assert (said["rows_sent"], said["rows_rejected"]) == (3, 1)
    assert said["rejected"][0]["error"].startswith("'XYZ' in column 'dest' is not an item of list")
    subjects = [each["subject"] for each in said["unchecked"]]
    assert "column 'origin'" in subjects
    assert not {"column 'dest'", "column 'period'"} & set(subjects)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--check", "dest=Airports"], "--check is for --dry-run"),
        (["--dry-run", "--check", "dest"], "is not of the form COLUMN=DIMENSION"),
        (["--dry-run", "--check", "dest=A", "--check", "dest=B"], "is given twice"),
    ],
)
def test_check_is_refused_where_it_has_no_effect(
    loaded: Sandbox, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    FLIGHTS.to_csv("flights.csv", index=False)
    assert main(["write", "flights.csv", "Load flights", *words]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


@pytest.mark.long
def test_a_sync_asks_before_it_deletes_much(
    signed_in: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("all.csv").write_text("code,name\n" + "".join(f"C{n},N{n}\n" for n in range(20)))
    Path("few.csv").write_text("code,name\nC1,N1\n")
    assert main(["write", "all.csv", "Airlines", *MODEL, "-q"]) == 0
    words = ["write", "few.csv", "Airlines", *MODEL, "--mode", "sync", "--delete"]
    assert main(words) == 8
    shown = capsys.readouterr().err
    assert "This would delete 19 of the 20 items" in shown
    assert "Add --confirm to delete them; --dry-run shows the changes." in shown
    assert len(codes(signed_in)) == 20
    assert main([*words, "--max-delete", "10%"]) == 8
    assert main([*words, "--max-delete", "19", "-q"]) == 0
    assert codes(signed_in) == {"C1": "N1"}
    Path("none.csv").write_text("code,name\n")
    words[1] = "none.csv"
    assert main(words) == 8
    assert main([*words, "--confirm", "-q"]) == 0
    assert codes(signed_in) == {}


@pytest.mark.long
def test_a_module_takes_an_item_for_all_rows(loaded: Sandbox) -> None:
    Path("cells.csv").write_text("Airlines,Origins,Airports,flights\nAA,JFK,ATL,44\n")
    words = ["write", "cells.csv", "Flights by Month", "--fixed", "Time=Mar 13", "-q"]
    assert main(words) == 0
    with loaded.connect() as connection:
        module = connection.model("Flight Planning").modules["Flights by Month"]
        found = module.read(where={"Time": "Mar 13"}, omit_empty=True)
    assert list(found["flights"]) == [44]


@pytest.mark.long
def test_several_files_go_to_the_imports_of_a_process(loaded: Sandbox) -> None:
    AIRLINES.assign(name=["A", "D", "U"]).to_csv("lines.csv", index=False)
    FLIGHTS.assign(flights=[1, 2, 3]).to_csv("flown.csv", index=False)
    words = ["Load airlines=lines.csv", "112000000003=flown.csv", "Load all", "-q"]
    main(["write", *words])
    assert codes(loaded)["AA"] == "A"
    assert main(["write", "lines.csv", "flown.csv", "Load all"]) == 2


@pytest.mark.long
def test_a_mapping_may_be_a_file(loaded: Sandbox) -> None:
    Path("lines.csv").write_text("Short,Long\nAA,By a file\n")
    Path("mapping.properties").write_text("# columns\nShort = carrier\nLong=name\n")
    Path("mapping.json").write_text('{"Short": "carrier", "Long": "name"}')
    for mapping in ("mapping.properties", "mapping.json"):
        words = ["write", "lines.csv", "Load airlines", "--mapping", mapping, "-q"]
        assert main(words) == 0
    assert codes(loaded)["AA"] == "By a file"


@pytest.mark.parametrize(
    ("content", "words", "sentence"),
    [
        ("carrier,name\nAA,a,b\n", [], "f.csv cannot be read as csv: CSV parse error: Expected 2"),
        ('carrier,name\nAA,"a\nBB,b\n', [], "A quotation mark in the CSV has no counterpart."),
        ("", [], "The CSV has no header"),
        ("name,name\nAA,a\n", [], "The CSV has two columns named 'name'."),
        ("carrier,name\nAA,\xe4\n", ["--encoding", "ascii"], "cannot be read as csv"),
        ("carrier,name\nAA,a\n", ["--mode", "sync"], "--mode is an option of lists, not of import"),
        ("carrier,name\nAA,a\n", ["--mapping", "nothing"], "must be of the form COLUMN=HEADER"),
        ("carrier,name\nAA,a\n", ["--sep", ";;"], "--sep must be one character"),
        ("carrier,name\nAA,a\n", ["--encoding", "utf-9"], "--encoding 'utf-9' is not known."),
        ("carrier,name\nAA,a\n", ["--max-delete", "some"], "'some' is not a number such as 20"),
        ("carrier,name\nAA,a\n", ["--fixed", "Time"], "'Time' is not of the form DIMENSION=ITEM"),
        ("carrier,name\nAA,a\n", ["--format", "parquet"], "f.csv cannot be read as parquet"),
    ],
)
def test_what_cannot_be_right_is_said_before_anything_is_loaded(
    loaded: Sandbox,
    content: str,
    words: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("f.csv").write_text(content, encoding="utf-8")
    assert main(["write", "f.csv", "Load airlines", "-vv", *words]) in {1, 2}
    shown = capsys.readouterr()
    assert sentence in shown.err
    assert "Traceback" not in shown.err
    assert not re.search(r"POST \S+/(complete|tasks)\b", shown.err)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("no.csv", "no.csv: No such file or directory"),
        ("flights", "The name 'flights' does not say what is in the file. Add --format"),
        ("odd.json", "odd.json must hold a JSON array of objects"),
        pytest.param(
            "odd.jsonl",
            "a later row has a column 'b' that the first rows do not",
            marks=pytest.mark.long,
        ),
        ("mixed.json", "mixed.json cannot be read as json"),
    ],
)
def test_a_file_that_is_not_a_table_is_named(
    loaded: Sandbox, path: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("odd.json").write_text('{"a": 1}')
    if path == "odd.jsonl":
        Path(path).write_text('{"carrier": 1, "name": 2}\n' * 65_536 + '{"b": 1}\n')
    Path("mixed.json").write_text('[{"carrier": 1}, {"carrier": "x"}]')
    target = "airlines.csv" if path != "mixed.json" else "Load airlines"
    assert main(["write", path, target]) in {1, 2}
    assert sentence in capsys.readouterr().err


@pytest.mark.long
def test_an_arrow_stream_is_recognized_in_a_file(loaded: Sandbox) -> None:
    table = pa.table({"carrier": ["AA"], "name": ["Streamed"]})
    with pa.OSFile("lines.arrow", "wb") as file, pa.ipc.new_stream(file, table.schema) as out:
        out.write_table(table)
    assert main(["write", "lines.arrow", "Load airlines", "-q"]) == 0
    assert codes(loaded)["AA"] == "Streamed"
