"""Models that are deleted, against the sandbox."""

from __future__ import annotations

import pytest

import anaplan_frames as af
from anaplan_frames.dataframes.record_frames import TEXT_DTYPE
from anaplan_frames.sandbox import Sandbox


@pytest.fixture
def connection(tenant: Sandbox) -> af.Connection:
    for workspace, names in {"Old": ["A", "B"], "New": ["B", "C"]}.items():
        for name in names:
            tenant.workspace(workspace).model(name)
    connection = tenant.connect()
    for model in connection.models().itertuples():
        connection.model(str(model.id)).close()
    return connection


def test_without_confirmation_nothing_goes_and_what_would_is_named(
    connection: af.Connection,
) -> None:
    with pytest.raises(af.ConfigurationError) as caught:
        connection.delete_models(["A", "C"])
    assert "2 models: 'A' (" in str(caught.value)
    assert "of workspace 'Old'; 'C' (" in str(caught.value)
    assert "confirm=True" in str(caught.value)
    assert len(connection.models()) == 4


def test_models_of_several_workspaces_are_deleted(connection: af.Connection) -> None:
    outcome = connection.delete_models(["A", "C"], confirm=True)
    assert {str(n): str(d) for n, d in outcome.dtypes.items()} == {
        "id": TEXT_DTYPE,
        "name": TEXT_DTYPE,
        "workspace": TEXT_DTYPE,
        "deleted": "boolean",
        "error": TEXT_DTYPE,
    }
    assert outcome[["name", "workspace", "deleted"]].to_numpy().tolist() == [
        ["A", "Old", True],
        ["C", "New", True],
    ]
    assert outcome["error"].isna().all()
    assert connection.models()["name"].tolist() == ["B", "B"]


def test_a_model_that_is_open_stays_with_the_reason(connection: af.Connection) -> None:
    connection.model("C").open()
    outcome = connection.delete_models(["A", "C"], confirm=True).set_index("name")
    assert outcome["deleted"].to_dict() == {"A": True, "C": False}
    assert "open" in outcome.loc["C", "error"]
    assert sorted(connection.models()["name"]) == ["B", "B", "C"]


def test_a_name_of_two_models_asks_for_the_workspace(connection: af.Connection) -> None:
    with pytest.raises(af.AmbiguousName):
        connection.delete_models("B", confirm=True)
    assert len(connection.models()) == 4
    connection.delete_models("B", workspace="Old", confirm=True)
    assert connection.model("B").workspace_id == connection.model("C").workspace_id


def test_one_wrong_name_keeps_all_models(connection: af.Connection) -> None:
    with pytest.raises(af.NotFound):
        connection.delete_models(["A", "Z"], confirm=True)
    assert len(connection.models()) == 4


def test_if_the_answer_is_lost_the_models_are_listed(
    tenant: Sandbox, connection: af.Connection
) -> None:
    connection.model("C").open()
    tenant.faults.add("lost answer", path="*/bulkDeleteModels", times=None)
    outcome = connection.delete_models(["A", "C"], confirm=True).set_index("name")
    assert outcome["deleted"].to_dict() == {"A": True, "C": False}
    assert "lost" in outcome.loc["C", "error"]
