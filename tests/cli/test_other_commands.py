"""``upload``, ``download``, ``run``, ``ls``, ``show``, ``tasks``, ``cancel`` and ``compare``."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from anaplan_frames.cli import main
from anaplan_frames.sandbox import Sandbox

MODEL_ID = "D2D29CEE237C422099D83DCC4338CEA6"


def test_a_file_goes_up_and_comes_down_byte_for_byte(
    loaded: Sandbox, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    content = b'carrier,name\r\n"AA", odd \r\n'
    Path("lines.csv").write_bytes(content)
    assert main(["upload", "lines.csv", "airlines.csv", "--json", "-q"]) == 0
    assert json.loads(capfdbinary.readouterr().out)["bytes_sent"] == len(content)
    assert main(["download", "airlines.csv", "back.csv", "-q"]) == 0
    assert Path("back.csv").read_bytes() == content
    assert main(["download", "airlines.csv", "-", "-q"]) == 0
    assert capfdbinary.readouterr().out == content
    assert main(["download", "airlines.csv", "--json", "-q"]) == 0
    assert json.loads(capfdbinary.readouterr().out)["file"] == "airlines.csv"
    assert main(["download", "airlines.csv", "-", "--json"]) == 2


@pytest.mark.long
def test_the_output_of_an_export_is_downloaded(
    loaded: Sandbox, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["download", "Flights export", "-q"]) == 0
    saved = Path("Flights export").read_bytes()
    assert saved.startswith(b"Airlines,Origins") or saved.startswith(b'"Airlines","Origins"')
    assert main(["download", "Flights export", "-", "-q"]) == 0
    assert capfdbinary.readouterr().out == saved


@pytest.mark.long
def test_actions_run_on_what_is_there(loaded: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    Path("lines.csv").write_text("carrier,name\nDL,Delta\n")
    assert main(["upload", "lines.csv", "airlines.csv", "-q"]) == 0
    assert main(["run", "Load airlines", "--json", "-q"]) == 0
    assert json.loads(capsys.readouterr().out)["rows_loaded"] == 1
    assert main(["run", "112000000001", "--locale", "de_DE", "-q"]) == 0
    assert main(["run", "Airlines"]) == 7
    assert "Did you mean 'Load airlines'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("models", ["Flight Planning"]),
        ("files", ["airlines.csv", "airports.csv", "flights.csv", "Flights export"]),
        ("lists", ["Airlines", "Airports", "Origins"]),
    ],
)
def test_ls_lists(
    loaded: Sandbox, what: str, names: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ls", what]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["id", "name"]
    assert [name for name in names if any(name in line for line in lines)] == names
    assert len(lines) == 1 + len(names)


def test_ls_in_json_has_all_that_anaplan_lists(
    loaded: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ls", "files", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found[0]["separator"] == ","
    assert main(["ls", "models", "--workspace", "Other", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_show_describes_an_export(loaded: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "Flights export", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["headerNames"][:2] == ["Airlines", "Origins"]
    assert main(["show", "Load all"]) == 0
    assert "Load airports" in capsys.readouterr().out


@pytest.mark.long
def test_tasks_are_listed_and_found_by_cancel(
    loaded: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "Load airlines", "--json", "-q"]) == 0
    task = json.loads(capsys.readouterr().out)["task_id"]
    assert main(["tasks", "Load airlines"]) == 0
    assert task in capsys.readouterr().out
    assert main(["tasks", "Load airlines", "--json"]) == 0
    assert task in [each["task_id"] for each in json.loads(capsys.readouterr().out)]
    assert main(["cancel", "Load airlines", task, "--json"]) == 4
    said = json.loads(capsys.readouterr().out)
    assert (said["state"], said["cancelled"]) == ("COMPLETE", False)
    assert main(["cancel", said["task"], "-q"]) == 4
    assert main(["cancel", "Load airlines"]) == 2
    assert "anaplan-frames tasks 'Load airlines' lists them" in capsys.readouterr().err
    assert main(["cancel", "Load airlines", "0" * 32]) == 7


def test_an_id_of_a_model_is_not_looked_up_in_a_listing(
    loaded: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ls", "imports", "-m", MODEL_ID, "-vv"]) == 0
    requests = [line for line in capsys.readouterr().err.splitlines() if " GET http" in line]
    assert requests
    assert not [line for line in requests if "/models?" in line or line.endswith("/models")]


@pytest.fixture
def two_files(loaded: Sandbox) -> tuple[str, str]:
    """Write two tables that differ in one row of each kind."""
    old = pd.DataFrame({"k": ["a", "b", "c"], "n": [1.0, 2.0, 3.0], "t": ["x", "y", ""]})
    new = pd.DataFrame({"t": ["x", "z", "w"], "k": ["a", "b", "d"], "n": [1.0, 2.5, 4.0]})
    old.to_csv("old.csv", index=False)
    new.to_parquet("new.parquet")
    return "old.csv", "new.parquet"


def test_compare_shows_what_differs(
    two_files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *two_files, "--key", "k", "--json", "-q"]) == 8
    said = json.loads(capsys.readouterr().out)
    assert (said["rows_added"], said["rows_removed"], said["rows_changed"]) == (1, 1, 1)
    assert said["changed"] == [
        {"k": "b", "n": {"old": 2.0, "new": 2.5}, "t": {"old": "y", "new": "z"}}
    ]
    assert main(["compare", *two_files, "--key", "k"]) == 8
    shown = capsys.readouterr().out
    assert shown.startswith("Different: 1 row added, 1 removed, 1 changed")
    assert "n (old)  n (new)  t (old)  t (new)" in shown


def test_compare_takes_columns_with_other_names(
    two_files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    pd.read_parquet("new.parquet").rename(columns={"k": "Key", "n": "Number"}).to_csv("named.csv")
    names = ["--map", "k=Key", "--map", "n=Number", "--column", "Number", "--column", "t"]
    assert main(["compare", "old.csv", "named.csv", "--key", "Key", *names, "--json", "-q"]) == 8
    said = json.loads(capsys.readouterr().out)
    assert [said[f"rows_{kind}"] for kind in ("added", "removed", "changed")] == [1, 1, 1]
    assert said["changed"][0]["Number"] == {"old": "2.0", "new": "2.5"}
    words = ["--key", "Key", "--map", "q=Key"]
    assert main(["compare", "old.csv", "named.csv", *words]) == 1
    assert "mapping names 'q', which is not a column of the old table" in capsys.readouterr().err
    assert main(["compare", "old.csv", "named.csv", "--key", "Key", "--map", "k"]) == 2
    assert "--map 'k' must be of the form" in capsys.readouterr().err


@pytest.mark.long
def test_compare_takes_tables_of_the_model(
    loaded: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    key = ["--key", "Airlines", "--key", "Origins", "--key", "Airports", "--key", "Time"]
    assert main(["read", "Flights export", "-o", "flights.csv", "-q"]) == 0
    assert main(["compare", "flights.csv", "Flights export", *key]) == 0
    assert capsys.readouterr().out.startswith("Equal: 0 rows added")
    only = ["--where", "Origins=JFK"]
    assert main(["compare", "flights.csv", "Flights export", *key, *only]) == 8


def test_compare_reads_the_key_of_a_table_of_which_other_columns_are_chosen(
    loaded: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", "Airlines", "-o", "airlines.csv", "-q"]) == 0
    table = pd.read_csv("airlines.csv", dtype=str).rename(columns={"code": "carrier"})
    table[["carrier", "name"]].to_csv("named.csv", index=False)
    there = ["compare", "named.csv", "Airlines", "--key", "code", "--column", "name"]
    assert main([*there, "--map", "carrier=code"]) == 0
    back = ["compare", "Airlines", "named.csv", "--key", "carrier", "--column", "name"]
    assert main([*back, "--map", "code=carrier"]) == 0
    assert capsys.readouterr().out.count("Equal: 0 rows added") == 2


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["--key", "q"], 1, "The old table has no column 'q'. Columns are: 'k', 'n', 't'."),
        (["--key", "k", "--column", "q"], 1, "has no column 'q'"),
        ([], 2, "Missing option '--key'"),
        (["--key", "k", "--atol", "-1"], 2, "-1.0 is not in the range x>=0"),
    ],
)
def test_compare_says_what_is_wrong(
    two_files: tuple[str, str],
    words: list[str],
    status: int,
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["compare", *two_files, *words]) == status
    assert sentence in capsys.readouterr().err
