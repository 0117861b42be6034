"""Revisions of two models compared: the summary, the report, and what may be synced."""

from __future__ import annotations

import pytest

import anaplan_frames as af
from anaplan_frames.dataframes.record_frames import TEXT_DTYPE
from anaplan_frames.sandbox import Sandbox
from tests.admin.alm.lifecycle import DEV, PROD, Lifecycle
from tests.dataframes.columns import dtypes


def test_a_summary_counts_what_a_sync_would_change(compared: Lifecycle) -> None:
    frame = compared.prod.alm.summary(DEV)
    assert dtypes(frame) == {
        "kind": TEXT_DTYPE,
        "created": "Int64",
        "modified": "Int64",
        "deleted": "Int64",
    }
    assert frame.set_index("kind")["created"].to_dict() == {"lists": 1, "lineItems": 1}
    assert frame[["modified", "deleted"]].to_numpy().sum() == 0


def test_a_summary_of_equal_revisions_has_no_rows(compared: Lifecycle) -> None:
    frame = compared.prod.alm.summary(compared.dev, revision="v1")
    assert (len(frame), frame["created"].dtype) == (0, "Int64")


def test_a_report_has_a_table_for_each_section(compared: Lifecycle) -> None:
    report = compared.prod.alm.report(compared.dev)
    assert set(report) == {"Lists Added", "Line Items Added"}
    assert report["Lists Added"]["Name"].tolist() == ["Channels"]
    added = report["Line Items Added"]
    assert added[["Module", "Name", "Format"]].to_numpy().tolist() == [["Sales", "Price", "NUMBER"]]
    assert set(added.dtypes.astype(str)) == {TEXT_DTYPE}


def test_in_the_other_direction_things_are_deleted(compared: Lifecycle) -> None:
    frame = compared.dev.alm.summary(PROD)
    assert frame.set_index("kind")["deleted"].to_dict() == {"lists": 1, "lineItems": 1}
    assert "Lists Deleted" in compared.dev.alm.report(PROD)


@pytest.mark.parametrize("by", ["name", "id", "url", "browser", "model"])
def test_the_other_model_is_given_by_name_id_url_or_itself(compared: Lifecycle, by: str) -> None:
    dev = compared.dev
    given = {
        "name": dev.name,
        "id": dev.id,
        "url": dev.url,
        "browser": "https://us1a.app.anaplan.com/x?selectedWorkspaceId="
        f"{dev.workspace_id}&selectedModelId={dev.id}",
        "model": dev,
    }
    assert compared.prod.alm.syncable(given[by])["name"].tolist() == ["v2"]  # type: ignore[arg-type]


def test_what_is_neither_a_model_nor_a_text_is_refused(compared: Lifecycle) -> None:
    with pytest.raises(TypeError, match="Give a model, or its name, id or URL, not int"):
        compared.prod.alm.syncable(7)  # type: ignore[arg-type]
    with pytest.raises(af.NotFound, match=f"Did you mean '{DEV}'"):
        compared.prod.alm.syncable("Planing Dev")
    with pytest.raises(af.NotFound, match="among the revisions of model 'Planning Dev'"):
        compared.prod.alm.report(DEV, revision="v9")


def test_models_without_a_common_revision_cannot_be_compared(lifecycle: Lifecycle) -> None:
    other = lifecycle.sandbox.workspace("Other").model("Unrelated")
    lifecycle.sandbox.revision(other, "u1")
    with pytest.raises(af.TaskFailed, match="revisions are incompatible") as caught:
        lifecycle.prod.alm.report("Unrelated")
    assert str(caught.value).startswith("the report on revision 'u1' of model 'Unrelated'")
    assert lifecycle.prod.alm.syncable("Unrelated").empty
    with pytest.raises(af.RequestRefused, match="No revision of model 'Unrelated' can be synced"):
        lifecycle.prod.alm.sync("Unrelated")


@pytest.fixture(scope="module")
def reader(compared: Lifecycle) -> af.Connection:
    """A user who does not administer the workspaces."""
    sandbox: Sandbox = compared.sandbox
    sandbox.add_user("reader@example.com", "x", administrator=False)
    return af.connect("reader@example.com", "x", api_url=sandbox.api_url, auth_url=sandbox.auth_url)


def test_a_missing_role_is_named(compared: Lifecycle, reader: af.Connection) -> None:
    alm = reader.model(PROD).alm
    with pytest.raises(af.PermissionDenied) as caught:
        alm.revisions()
    assert caught.value.role == "Workspace Administrator"
    for call in (lambda: alm.set_online(online=False), lambda: alm.sync_tasks()):
        with pytest.raises(af.PermissionDenied, match="'Workspace Administrator'"):
            call()


def test_an_empty_424_of_a_report_is_a_missing_role(
    compared: Lifecycle, reader: af.Connection
) -> None:
    requests = reader.model(PROD).alm._requests
    pair = {"sourceRevisionId": "1", "sourceModelId": "2", "targetRevisionId": "3"}
    with pytest.raises(af.PermissionDenied, match="'Workspace Administrator'"):
        requests.transport.post(f"{requests.path}/summaryReportTasks", label="x", json=pair)
