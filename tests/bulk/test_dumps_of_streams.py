"""Rejected rows of a stream that is gone come from the failure dump, by their lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.bulk import file_writer, rejected_rows
from anaplan_frames.bulk.failure_dump import DumpRow
from anaplan_frames.sandbox import Sandbox

ROWS = 8
Change = Callable[[list[DumpRow]], list[DumpRow]]


@pytest.fixture(scope="module")
def letters() -> Iterator[af.Model]:
    """A model with an import into a list, whose names must differ."""
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        model = sandbox.workspace("W").model("Letters")
        into = model.list("Letters")
        file = model.file("letters.csv", columns=["Name", "Code"])
        model.import_("Load letters", file, into=into)
        with sandbox.connect(requests_per_minute=None) as connection:
            yield connection.model("Letters")


def stream(prefix: str) -> Iterator[pd.DataFrame]:
    """Yield rows of which the sixth has the name of the second, and the eighth of the fourth."""
    names = [f"{prefix}{name}" for name in "abcdebgd"]
    for start in range(0, ROWS, 3):
        part = names[start : start + 3]
        codes = [f"{prefix}{number}" for number in range(start, start + len(part))]
        yield pd.DataFrame({"Name": part, "Code": codes})


def load(
    letters: af.Model, monkeypatch: pytest.MonkeyPatch, prefix: str, change: Change
) -> af.WriteResult:
    parse = rejected_rows.parse_dump
    monkeypatch.setattr(rejected_rows, "parse_dump", lambda *args: change(parse(*args)))
    return af.to_anaplan(stream(prefix), "Load letters", letters, on_rejected="ignore")


@pytest.mark.parametrize("shift", [0, -1, 1])
def test_whatever_number_the_dump_has_for_the_first_row(
    letters: af.Model, monkeypatch: pytest.MonkeyPatch, shift: int
) -> None:
    def moved(rows: list[DumpRow]) -> list[DumpRow]:
        return [replace(row, line=row.line + shift) for row in rows if row.line is not None]

    result = load(letters, monkeypatch, f"{shift}", moved)
    assert result.rejected.index.tolist() == [5, 7]
    assert result.rejected["Code"].tolist() == [f"{shift}5", f"{shift}7"]
    assert result.unmatched.empty


def test_a_line_after_the_last_row_is_not_a_row_of_the_data(
    letters: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_another(rows: list[DumpRow]) -> list[DumpRow]:
        last = rows[-1]
        assert last.line is not None
        return [*rows, replace(last, line=last.line + 1)]

    result = load(letters, monkeypatch, "x", with_another)
    assert result.rejected.index.tolist() == [5, 7]
    assert len(result.unmatched) == 1


def test_a_dump_with_fewer_rows_than_anaplan_counts_has_a_note(
    letters: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = load(letters, monkeypatch, "y", lambda rows: rows[:1])
    assert "Anaplan counts 2 failed rows, and its failure dump shows 1." in result.note
    assert result.rejected.index.tolist() == [5]


def test_a_plan_names_the_row_of_a_value_that_cannot_be_written(
    letters: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_writer, "_BLOCK_ROWS", 3)
    frame = pd.DataFrame({"Name": [*"abcdefgh"], "Code": [1.5] * 7 + [float("inf")]})
    with pytest.raises(af.EncodingError) as caught:
        letters.files["letters.csv"].write(frame, dry_run=True)
    assert (caught.value.column, caught.value.row) == ("Code", 7)
