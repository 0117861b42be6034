"""The notebooks run from top to bottom, and show what they are for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def run(name: str, folder: Path) -> list[dict[str, Any]]:
    """Run a notebook in a folder, and return the outputs of its cells, one after the other."""
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def columns(outputs: list[dict[str, Any]]) -> list[list[str]]:
    """Return the headers of each table that is shown."""
    return [re.findall("<th>(.*?)</th>", table) for table in shown(outputs, "text/html")]


def stored(name: str) -> list[dict[str, Any]]:
    """Return the outputs that are stored in a notebook."""
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def shown(outputs: list[dict[str, Any]], kind: str) -> list[str]:
    """Return what is shown of one MIME type."""
    return [str(output["data"][kind]) for output in outputs if kind in output.get("data", {})]


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")


@pytest.mark.long  # a kernel and its charts take 4 seconds
def test_the_registry_shows_every_workspace_and_a_chart_of_the_space_used(tmp_path: Path) -> None:
    outputs = run("model_registry.ipynb", tmp_path)
    assert columns(outputs) == columns(stored("model_registry.ipynb"))
    tables = "".join(shown(outputs, "text/html"))
    assert all(name in tables for name in ("Finance", "Supply Chain", "Café España", "P&amp;L"))
    assert "83%" in tables  # of Finance: 41 + 12 + 55 of 130 GB
    assert len(shown(outputs, "image/png")) == 1
    assert "Empty DataFrame" in shown(outputs, "text/plain")[-1]  # the second sync sends nothing


@pytest.mark.long
def test_all_line_items_of_a_model_are_in_a_csv_file(tmp_path: Path) -> None:
    outputs = run("line_items.ipynb", tmp_path)
    assert columns(outputs) == columns(stored("line_items.ipynb"))
    written = pd.read_csv(tmp_path / "line_items.csv")
    assert written["name"].tolist()[:5] == ["FTE", "Salary", "Bonus", "Total pay", "Pay per head"]
    assert written["dimensions"][0] == "Employees, Time, Versions"
    assert "Did you mean 'Contracts'?" in "".join(str(output.get("text")) for output in outputs)


@pytest.mark.long
def test_the_first_steps_end_with_the_flights_of_each_month(tmp_path: Path) -> None:
    outputs = run("first_steps.ipynb", tmp_path)
    assert columns(outputs) == columns(stored("first_steps.ipynb"))
    assert any("12    27403" in text for text in shown(outputs, "text/plain"))


@pytest.mark.long
def test_after_all_corrections_every_flight_is_in_anaplan(tmp_path: Path) -> None:
    outputs = run("correct_rejects.ipynb", tmp_path)
    assert columns(outputs) == columns(stored("correct_rejects.ipynb"))
    assert shown(outputs, "text/plain")[-1] == "(336776, 336776)"


@pytest.mark.long
def test_the_archive_of_events_has_what_was_done(tmp_path: Path) -> None:
    outputs = run("audit.ipynb", tmp_path)
    assert columns(outputs) == columns(stored("audit.ipynb"))
    kept = pd.read_parquet(tmp_path / "audit")
    assert kept["event_type_id"].tolist() == ["USR-8", "USR-20", "USR-51", "USR-20", "USR-51"]


@pytest.mark.parametrize("name", sorted(path.name for path in NOTEBOOKS.glob("*.ipynb")))
def test_a_notebook_holds_no_path_and_no_error_of_the_machine_that_ran_it(name: str) -> None:
    text = (NOTEBOOKS / name).read_text(encoding="utf-8")
    assert '"output_type": "error"' not in text
    assert not any(word in text for word in ("/home/", "/root/", "/tmp/", "site-packages"))


@pytest.mark.long
def test_a_load_is_rehearsed_on_a_clone_and_leaves_the_model_as_it_is(tmp_path: Path) -> None:
    outputs = run("rehearse_a_load.ipynb", tmp_path)
    texts = shown(outputs, "text/plain")
    assert texts == shown(stored("rehearse_a_load.ipynb"), "text/plain")
    assert texts[-2:] == ["(336776, 336776)", "(0, 16)"]
    assert columns(outputs) == columns(stored("rehearse_a_load.ipynb"))


@pytest.mark.long
def test_what_changed_between_two_exports_is_shown_by_key_and_in_totals(tmp_path: Path) -> None:
    outputs = run("what_changed.ipynb", tmp_path)
    texts = shown(outputs, "text/plain")
    assert texts == shown(stored("what_changed.ipynb"), "text/plain")
    assert columns(outputs) == columns(stored("what_changed.ipynb"))
    tables = "".join(shown(outputs, "text/html"))
    assert "<td>4 → <b>9</b></td>" in tables
    assert "<td><i>missing</i> → <b>Dec 13</b></td>" in tables
