"""The catalogue of a tenant as DataFrames, and the way to a model."""

from __future__ import annotations

from typing import Any

import pytest
import requests

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transport import Transport
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_json


def test_workspaces_models_and_users_are_frames(demo_sandbox: Sandbox) -> None:
    with demo_sandbox.connect() as connection:
        workspaces = connection.workspaces()
        assert workspaces["name"].tolist() == ["Demo"]
        assert workspaces["active"].dtype == "boolean"
        assert workspaces["size_allowance"].dtype == "Int64"
        models = connection.models()
        assert models.loc[0, ["name", "workspace", "state"]].tolist() == [
            "Flight Planning",
            "Demo",
            "UNLOCKED",
        ]
        assert models["memory_usage"].dtype == "Int64"
        for column in ("created", "last_modified"):
            assert str(models[column].dtype) == "datetime64[ms, UTC]"
            assert models[column].notna().all()
        assert connection.users()["email"].tolist() == ["demo@example.com"]
        assert connection.me()["email"] == "demo@example.com"


def test_a_model_is_found_by_name_or_id_in_a_workspace_by_name_or_id(demo_sandbox: Sandbox) -> None:
    connection = demo_sandbox.connect()
    for name in ("Flight Planning", "D2D29CEE237C422099D83DCC4338CEA6"):
        for workspace in (None, "Demo", "8a81b09d599f3c6e0159f605560c2630"):
            assert connection.model(name, workspace).name == "Flight Planning"


def test_a_model_name_in_two_workspaces_asks_for_the_workspace(tenant: Sandbox) -> None:
    tenant.workspace("Test").model("Plan", id="A" * 32)
    tenant.workspace("Live").model("Plan", id="B" * 32)
    connection = tenant.connect()
    with pytest.raises(af.AmbiguousName) as caught:
        connection.model("Plan")
    assert str(caught.value) == (
        "2 models that your user may see are named 'Plan'. Use one of the ids: "
        f"{'A' * 32} (workspace 'Test'), {'B' * 32} (workspace 'Live')."
    )
    assert connection.model("Plan", workspace="Live").id == "B" * 32


def test_the_environments_workspace_is_preferred_but_hides_no_other(
    tenant: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant.workspace("Test").model("Plan", id="A" * 32)
    live = tenant.workspace("Live")
    live.model("Plan", id="B" * 32)
    live.model("Costs", id="C" * 32)
    monkeypatch.setenv("ANAPLAN_WORKSPACE", "Test")
    monkeypatch.setenv("ANAPLAN_MODEL", "Plan")
    assert tenant.connect().model().id == "A" * 32
    assert tenant.connect().model("Costs").id == "C" * 32


def test_a_wrong_workspace_is_answered_with_the_near_names(demo_sandbox: Sandbox) -> None:
    with pytest.raises(af.NotFound, match="Did you mean 'Demo'"):
        demo_sandbox.connect().model("Flight Planning", "Demos")


def test_no_model_at_all_is_a_question(demo_sandbox: Sandbox) -> None:
    with pytest.raises(af.ConfigurationError, match="Which model"):
        demo_sandbox.connect().model()


def test_leaving_the_connection_logs_out(demo_sandbox: Sandbox) -> None:
    with demo_sandbox.connect() as connection:
        connection.models()
        token = connection._transport._keeper.held.token.value
    answer = requests.get(
        f"{demo_sandbox.auth_url}/token/validate",
        headers={"Authorization": f"AnaplanAuthToken {token}"},
        timeout=10,
    )
    assert answer.status_code == 401


def test_a_connection_goes_to_the_hosts_of_its_region(monkeypatch: pytest.MonkeyPatch) -> None:
    auth = af.BasicAuth("a@example.com", "b")
    monkeypatch.setenv("ANAPLAN_API_URL", "https://api.example.com")
    connection = af.connect(auth=auth, region="eu3", urls={"audit": "https://audit.example.com"})
    assert repr(connection) == "<Connection to https://eu3.api.anaplan.com>"
    assert connection._transport.auth_url == "https://eu3.auth.anaplan.com"
    assert connection._transport.url_of("audit") == "https://audit.example.com"
    monkeypatch.setenv("ANAPLAN_REGION", "gb1")
    monkeypatch.delenv("ANAPLAN_API_URL")
    assert repr(af.connect(auth=auth)) == "<Connection to https://gb1.api.anaplan.com>"


def test_a_wrong_region_or_service_is_a_wrong_configuration() -> None:
    auth = af.BasicAuth("a@example.com", "b")
    with pytest.raises(af.ConfigurationError, match=r"^region='eu' is not a region of Anaplan\."):
        af.connect(auth=auth, region="eu")
    with pytest.raises(af.ConfigurationError, match=r"'cloudwork'\. Did you mean 'cloudworks'\?"):
        af.connect(auth=auth, urls={"cloudwork": "https://api.cloudworks.anaplan.com"})


def test_a_connection_shows_no_secret(demo_sandbox: Sandbox) -> None:
    assert repr(demo_sandbox.connect()) == f"<Connection to {demo_sandbox.api_url}>"


def test_email_and_password_are_the_first_arguments(demo_sandbox: Sandbox) -> None:
    urls = {"api_url": demo_sandbox.api_url, "auth_url": demo_sandbox.auth_url}
    with af.connect(demo_sandbox.email, demo_sandbox.password, **urls) as connection:
        assert connection.me()["email"] == demo_sandbox.email


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        ((("a", "b"),), {}, "must be text"),
        (("a@example.com",), {}, "The password is missing"),
        ((), {"password": "x"}, "The email is missing"),
        ((af.BasicAuth("a", "b"),), {}, r"by name: af\.connect\(auth="),
        (("a", "b"), {"auth": af.TokenAuth("t")}, "not both"),
    ],
)
def test_credentials_that_cannot_be_meant_are_refused(
    arguments: tuple[Any, ...], options: dict[str, Any], said: str
) -> None:
    with pytest.raises(TypeError, match=said):
        af.connect(*arguments, **options)


def test_one_proxy_serves_both_kinds_of_url() -> None:
    connection = af.connect("a", "b", proxies="http://proxy.example.com:8080")
    assert connection._transport._sender.proxies == {
        "http": "http://proxy.example.com:8080",
        "https": "http://proxy.example.com:8080",
    }


def test_a_model_that_is_given_by_its_id_is_not_looked_up_in_a_listing(
    server: ScriptedServer, transport: Transport
) -> None:
    id_ = "A" * 32
    record = {"id": id_, "name": "Plan", "currentWorkspaceId": "b" * 32}

    def rule(seen: Seen) -> Answer:
        if seen.path.startswith(f"/2/0/models/{id_}"):
            return as_json({"model": {**record, "currentWorkspaceName": "Live"}})
        return as_json({"workspaces": [], "models": [record]})

    server.rule = rule
    connection = af.Connection(transport)
    assert connection.model(id_).name == "Plan"
    assert connection.model(id_, "Live").workspace == "Live"
    assert connection.model(id_, "b" * 32).id == id_
    assert {seen.path.split("?")[0] for seen in server.calls} == {f"/2/0/models/{id_}"}
    with pytest.raises(af.NotFound):
        connection.model(id_, "Other")


def test_one_record_without_a_name_hides_no_other_model(
    server: ScriptedServer, transport: Transport
) -> None:
    models = [
        {"id": "A" * 32, "currentWorkspaceId": "b" * 32},
        {"id": "C" * 32, "name": None, "currentWorkspaceId": "b" * 32},
        {"id": "B" * 32, "name": "Plan", "currentWorkspaceId": "b" * 32},
    ]
    server.rule = lambda seen: as_json(
        {"models": models} if seen.path.startswith("/2/0/models?") else {"workspaces": []}
    )
    connection = af.Connection(transport)
    assert connection.model("Plan").id == "B" * 32
    assert len(connection.models()) == 3
    with pytest.raises(af.NotFound, match="Did you mean 'Plan'"):
        connection.model("Plans")
