"""What the sandbox does not have of a model is left out, and the report says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.clones.pieces import change, change_line_item

USERS = [{"id": "101999999999", "name": "Users"}]


def report_of(folder: Path) -> dict[str, tuple[str, str]]:
    """Return state and reason of all findings but those about actions, by name."""
    clone = Sandbox.open(folder, verbose=False)
    frame = clone.report
    clone.close()
    frame = frame[frame["kind"].isin(["list", "module", "line item", "view", "property", "file"])]
    return {row.name: (row.state, row.why) for row in frame.itertuples(index=False)}


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"timeScale": "Day"}, "does not have the time scale 'Day'"),
        ({"timeRange": "FY25-FY26"}, "does not have the time range 'FY25-FY26'"),
        ({"version": {"name": "Actual", "id": "1"}}, "line items of the version 'Actual' only"),
        ({"appliesTo": USERS}, "has a dimension that the sandbox does not have"),
        (
            {"format": "LIST", "formatMetadata": {"hierarchyEntityLongId": 109000000001}},
            "does not have its format LIST of 109000000001",
        ),
    ],
)
def test_a_line_item_that_the_sandbox_does_not_have_is_left_out(
    copied: Path, changes: dict[str, Any], why: str
) -> None:
    change_line_item(copied, "Price", **changes)
    found = report_of(copied)
    state, reason = found.pop("Sales & Co.Price")
    assert state == "not copied"
    assert why in reason
    # Formulas that use it are beyond the sandbox now, and the other line items are there.
    assert {name: state for name, (state, _) in found.items()} == {
        "Sales & Co.Value": "values as given"
    }


@pytest.mark.long
def test_a_module_by_users_is_left_out_with_its_views(copied: Path) -> None:
    change(
        copied,
        "line_items",
        lambda content: [one.update(appliesTo=USERS) for one in content["items"]],
    )
    for module in ("102000000001", "102000000002", "102000000003"):
        change(
            copied,
            f"modules/{module}",
            lambda content: content["dimensions"].update(
                dict.fromkeys(content["dimensions"], USERS)
            ),
        )
    found = report_of(copied)
    assert {name: state for name, (state, _) in found.items()} == dict.fromkeys(
        ["Sales & Co", "Settings", "Notes"], "not copied"
    )


@pytest.mark.long
def test_a_view_with_a_dimension_of_its_own_is_left_out(copied: Path) -> None:
    change(copied, "views/207000000001", lambda content: content.update(rows=USERS))
    assert report_of(copied) == {
        "By city": ("not copied", "The sandbox does not have 'Users' (101999999999) as dimension.")
    }


@pytest.mark.long
def test_a_list_that_cannot_be_read_takes_the_modules_with_it(copied: Path) -> None:
    change(
        copied,
        "lists/101000000002",
        lambda content: (content.clear(), content.update(not_read="Your user may not.")),
    )
    found = report_of(copied)
    assert found["Cities"] == ("not copied", "Your user may not.")
    assert found["Sales & Co"][0] == "not copied"
    assert "Notes" not in found


@pytest.mark.long
def test_cells_of_items_that_are_not_there_are_counted(copied: Path) -> None:
    import pandas as pd

    [path] = copied.glob("data-*/cells/102000000001.parquet")
    cells = pd.read_parquet(path)
    cells.loc[0, "101000000002"] = "Atlantis"
    cells.to_parquet(path, index=False)
    assert report_of(copied) == {
        "Sales & Co": ("not copied", "1 rows of cells: their items are not in the clone.")
    }


@pytest.mark.long
def test_what_is_added_to_records_later_does_no_harm(copied: Path) -> None:
    change(copied, "lists", lambda content: [one.update(color="red") for one in content["lists"]])
    change_line_item(copied, "Units", novelty={"deep": [1]})
    change(copied, "versions", lambda content: content.update(more=1))
    assert report_of(copied) == {}


@pytest.mark.parametrize(
    ("manifest", "piece"),
    [
        ({"data": "../elsewhere"}, {}),
        ({"model": "../../model"}, {}),
        ({"workspace": {"id": "/tmp", "name": "W"}}, {}),
        ({}, {"lists": [{"id": "1; DROP TABLE settings", "name": "L"}]}),
        ({}, {"lists": [{"name": "L"}]}),
    ],
)
def test_a_damaged_folder_is_refused_before_its_names_become_paths(
    tmp_path: Path, manifest: dict[str, Any], piece: dict[str, Any]
) -> None:
    good = {
        "format": "anaplan-frames snapshot",
        "version": 1,
        "data": "data-1",
        "name": "M",
        "model": "A" * 32,
        "workspace": {"id": "b" * 32, "name": "W"},
    }
    (tmp_path / "data-1").mkdir()
    (tmp_path / "snapshot.json").write_text(json.dumps(good | manifest))
    (tmp_path / "data-1" / "lists.json").write_text(json.dumps(piece))
    with pytest.raises(ValueError, match="Take the snapshot again"):
        Sandbox.open(tmp_path, verbose=False)


def test_the_report_is_printed_with_the_login(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(copied, "views/207000000001", lambda content: content.update(rows=USERS))
    clone = Sandbox.open(copied)
    clone.close()
    printed = capsys.readouterr().out
    assert "Not all of 'Planning' is in the clone as it is in the model:" in printed
    assert "  not copied: view 'By city' (207000000001): The sandbox does not have" in printed
    assert f"Login: clone@example.com, {clone.password}" in printed
    assert len(clone.password) >= 16  # made for this clone
