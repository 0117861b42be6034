"""What Anaplan counts is compared with what was sent, also if it says that all went well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.action_outcome import Outcome

AIRLINES = pd.DataFrame({"carrier": ["AA", "UA"], "name": ["American", "United"]})


@pytest.fixture(scope="module")
def counted_sandbox() -> Iterator[Sandbox]:
    with Sandbox.demo(rate_limit=None) as running:
        yield running


@pytest.fixture(scope="module")
def counted_model(counted_sandbox: Sandbox) -> Iterator[af.Model]:
    with counted_sandbox.connect() as connection:
        yield connection.model("Flight Planning")


def counting(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    *details: dict[str, int],
    kind: str = "hierarchyRowsProcessed",
) -> None:
    """Have imports say that they succeeded, with these counts."""
    real = sandbox.actions._run_import

    def run(*given: Any) -> Outcome:
        said = [
            {
                "type": kind,
                "localMessageText": "Done.",
                "occurrences": 0,
                "values": [part for name, count in each.items() for part in (name, str(count))],
            }
            for each in details
        ]
        return replace(real(*given), details=said, successful=True, dump=None)

    monkeypatch.setattr(sandbox.actions, "_run_import", run)


@pytest.mark.parametrize(
    ("counts", "missing", "said"),
    [
        ({"totalRowCount": 0, "successRowCount": 0}, 2, "has read 0 of the 2 rows"),
        ({"totalRowCount": 1, "successRowCount": 1}, 1, "has read 1 of the 2 rows"),
        ({"totalRowCount": 2, "successRowCount": 1}, 1, "counts 1 rows neither as loaded nor"),
        ({"totalRowCount": 2}, 2, "counts 2 rows neither as loaded nor"),
    ],
)
def test_rows_that_anaplan_does_not_count_follow_the_rule_for_rejected_rows(
    counted_sandbox: Sandbox,
    counted_model: af.Model,
    monkeypatch: pytest.MonkeyPatch,
    counts: dict[str, int],
    missing: int,
    said: str,
) -> None:
    counting(counted_sandbox, monkeypatch, counts)
    with pytest.raises(af.RejectedRows, match=said) as caught:
        af.to_anaplan(AIRLINES, "Load airlines", counted_model)
    assert caught.value.result.rows_rejected == missing
    with pytest.warns(af.AnaplanWarning, match=said):
        af.to_anaplan(AIRLINES, "Load airlines", counted_model, on_rejected="warn")
    result = af.to_anaplan(AIRLINES, "Load airlines", counted_model, on_rejected="ignore")
    assert (result.outcome, result.rows_rejected) == ("rejected", missing)


def test_the_counts_of_an_import_in_a_process_are_compared_too(
    counted_sandbox: Sandbox, counted_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting(counted_sandbox, monkeypatch, {"totalRowCount": 1, "successRowCount": 1})
    with pytest.raises(af.RejectedRows, match="has read 1 of the 2 rows") as caught:
        af.to_anaplan({"Load airlines": AIRLINES}, "Load all", counted_model)
    assert [part.rows_rejected for part in caught.value.result.actions] == [1, 0, 0]


@pytest.mark.parametrize("target", ["Load airlines", "Load all"])
def test_an_import_that_has_read_more_rows_than_were_sent_is_uncertain(
    counted_sandbox: Sandbox, counted_model: af.Model, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    counting(counted_sandbox, monkeypatch, {"totalRowCount": 3, "successRowCount": 3})
    data: Any = AIRLINES if target == "Load airlines" else {"Load airlines": AIRLINES}
    with pytest.raises(af.TaskUncertain, match="read 3 rows where 2 were sent") as caught:
        af.to_anaplan(data, target, counted_model, on_rejected="ignore")
    assert caught.value.result is not None
    assert caught.value.result.outcome == "uncertain"


def test_a_success_without_counts_is_a_warning_unless_that_is_ignored(
    counted_sandbox: Sandbox, counted_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting(counted_sandbox, monkeypatch)
    with pytest.warns(af.AnaplanWarning, match="does not say how many of the 2 rows it loaded"):
        result = af.to_anaplan(AIRLINES, "Load airlines", counted_model)
    assert (result.outcome, result.rows_loaded) == ("loaded", 0)
    assert "does not say how many of the 2 rows it has read" in result.note


@pytest.mark.filterwarnings("error")
def test_a_success_without_counts_can_be_ignored(
    counted_sandbox: Sandbox, counted_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting(counted_sandbox, monkeypatch)
    assert af.to_anaplan(AIRLINES, "Load airlines", counted_model, on_rejected="ignore").note


def test_an_import_that_ignores_all_rows_is_a_warning(
    counted_sandbox: Sandbox, counted_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting(counted_sandbox, monkeypatch, {"totalRowCount": 2, "ignoredCount": 2})
    with pytest.warns(af.AnaplanWarning, match="has ignored all of the 2 rows"):
        result = af.to_anaplan(AIRLINES, "Load airlines", counted_model)
    assert (result.outcome, result.rows_ignored) == ("loaded", 2)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("counts", [{}, {"totalRowCount": 2, "ignoredCount": 2}])
def test_rows_that_change_nothing_in_a_list_cause_no_warning(
    counted_sandbox: Sandbox,
    counted_model: af.Model,
    monkeypatch: pytest.MonkeyPatch,
    counts: dict[str, int],
) -> None:
    counting(counted_sandbox, monkeypatch, counts, kind="hierarchyNoChanges")
    result = af.to_anaplan(AIRLINES, "Load airlines", counted_model)
    assert (result.outcome, result.rows_loaded) == ("loaded", 0)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "details",
    [
        # Rows with warnings are loaded, as in Anaplan's example of an import into a list.
        [{"totalRowCount": 2, "successRowCount": 1, "warningsRowCount": 1}],
        # An import into two lists.
        [
            {"totalRowCount": 2, "successRowCount": 2},
            {"totalRowCount": 1, "successRowCount": 1},
        ],
    ],
)
def test_counts_that_add_up_in_another_way_are_believed(
    counted_sandbox: Sandbox,
    counted_model: af.Model,
    monkeypatch: pytest.MonkeyPatch,
    details: list[dict[str, int]],
) -> None:
    counting(counted_sandbox, monkeypatch, *details)
    result = af.to_anaplan(AIRLINES, "Load airlines", counted_model)
    assert (result.outcome, result.rows_rejected, result.note) == ("loaded", 0, "")
    assert result.rows_loaded >= 2


@pytest.mark.filterwarnings("error")
def test_rows_without_any_value_need_not_be_counted(
    counted_sandbox: Sandbox, counted_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting(counted_sandbox, monkeypatch, {"totalRowCount": 2, "successRowCount": 2})
    blank = pd.DataFrame({"carrier": [None], "name": [None]}, dtype="str")
    frame = pd.concat([AIRLINES, blank], ignore_index=True)
    assert af.to_anaplan(frame, "Load airlines", counted_model).rows_rejected == 0
    assert af.to_anaplan(iter([frame]), "Load airlines", counted_model).rows_rejected == 0
