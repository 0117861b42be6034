"""The cells that Anaplan counts are compared with those that were sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.cells import cell_writer
from anaplan_frames.cells.modules import Module
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.writes.single_cell_writes import WrittenCells, write_cells

NAMES = ["Ada", "Bo", "Cy"]
PAY = pd.DataFrame({"People": NAMES, "Salary": [1.5, 2.5, 3.5]})


@pytest.fixture(scope="module")
def module() -> Iterator[Module]:
    with Sandbox(rate_limit=None) as sandbox:
        model = sandbox.workspace("Finance").model("Headcount")
        people = model.list("People", items=pd.DataFrame({"Name": NAMES}))
        model.module("Costs", dimensions=[people], line_items={"Salary": "NUMBER"})
        with sandbox.connect() as connection:
            yield connection.model("Headcount").modules["Costs"]


@pytest.fixture(autouse=True)
def blank(module: Module) -> None:
    module.write(PAY.assign(Salary=0.0))


def losing(monkeypatch: pytest.MonkeyPatch, lost: int, *, counted: int) -> None:
    """Have the sandbox leave out the last cells of each request, and count as the test says."""

    def write(store: Any, target: Any, body: Path, limit: int, access: Any) -> WrittenCells:
        cells = json.loads(body.read_bytes())
        body.write_text(json.dumps(cells[: len(cells) - lost]))
        if len(cells) > lost:
            write_cells(store, target, body, limit, access)
        return WrittenCells(counted, [])

    monkeypatch.setattr("anaplan_frames.sandbox.routes.module_routes.write_cells", write)


def test_cells_that_anaplan_does_not_count_are_read_back_and_rejected_if_they_are_not_written(
    module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    losing(monkeypatch, 2, counted=1)
    with pytest.raises(af.RejectedRows, match="did not write this, and gives no reason") as caught:
        module.write(PAY)
    assert caught.value.result.rejected["People"].tolist() == ["Bo", "Cy"]
    assert (caught.value.result.rows_loaded, caught.value.result.rows_rejected) == (1, 2)


@pytest.mark.filterwarnings("error")
def test_cells_that_anaplan_does_not_count_and_that_are_as_they_should_be_are_loaded(
    module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    losing(monkeypatch, 0, counted=1)
    result = module.write(PAY)
    assert (result.rows_loaded, result.rows_rejected, result.note) == (3, 0, "")


def test_if_the_module_cannot_be_read_back_the_count_is_an_error(
    module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    losing(monkeypatch, 0, counted=1)

    def fail(*given: Any) -> Any:
        raise af.TransferError("no line")

    monkeypatch.setattr("anaplan_frames.cells.module_write._present_cells", fail)
    with pytest.raises(af.RejectedRows, match=r"counts 1 of 3 cells.* be read back: no line"):
        module.write(PAY)


def test_only_the_first_requests_are_read_back_and_the_others_are_a_warning(
    module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cell_writer, "MOST_CELLS", 1)
    monkeypatch.setattr(cell_writer, "_MOST_AUDITS", 2)
    losing(monkeypatch, 0, counted=0)
    with pytest.warns(af.AnaplanWarning, match="does not count 1 of the cells"):
        result = module.write(PAY)
    assert "does not count 1 of the cells as changed" in result.note
    assert module.write(PAY, on_rejected="ignore").rows_loaded == 3
