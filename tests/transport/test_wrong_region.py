"""A connection to another region than the tenant's is recognized, and the region is named."""

from __future__ import annotations

import socket

import pytest

import anaplan_frames as af
from anaplan_frames.transport.regions import REGIONS, hosts_of, is_same_region, region_of
from tests.transport.scripted import (
    Answer,
    ScriptedServer,
    Seen,
    TurnedClock,
    as_json,
    token_answer,
)

MODEL_IN_EU3 = (
    "https://eu3.app.anaplan.com/a/modeling/customers/1/workspaces/8a8b81857e1f2f99017e3a4d5c6f7a80"
    "/models/0123456789ABCDEF0123456789ABCDEF"
)


def connect_through(proxy: ScriptedServer, api: str, auth: str) -> af.Connection:
    """Connect to Anaplan's hosts, of which the proxy answers in their place."""
    return af.connect(
        "me@corp.com",
        "password",
        api_url=f"http://{api}",
        auth_url=f"http://{auth}",
        allow_http=True,
        proxies=proxy.url,
        clock=TurnedClock(),
    )


def answering(answer: Answer, login: Answer | None = None) -> ScriptedServer:
    """Make a server whose logins succeed, unless `login` is given."""
    server = ScriptedServer()

    def rule(seen: Seen) -> Answer:
        return (login or token_answer()) if "/token/" in seen.path else answer

    server.rule = rule
    return server


@pytest.mark.parametrize("region", REGIONS)
def test_each_host_of_a_region_is_recognized(region: str) -> None:
    hosts = hosts_of(region)
    for url in (hosts.api, hosts.auth, hosts.oauth, hosts.cloudworks.removesuffix("/cloudworks")):
        found = region_of(url.removeprefix("https://"))
        assert found is not None
        assert is_same_region(found, region)


def test_other_hosts_are_of_no_region() -> None:
    for host in (
        "audit.anaplan.com",
        "127.0.0.1:8080",
        "eu3.api.anaplan.com.example.com",
        "x.eu3.api.anaplan.com",
        "help.anaplan.com",
    ):
        assert region_of(host) is None


def test_a_token_that_the_region_refuses_names_the_region() -> None:
    with (
        answering(as_json({"status": {"code": 401, "message": "Unauthorized"}}, 401)) as proxy,
        connect_through(proxy, "api.anaplan.com", "auth.anaplan.com") as conn,
        pytest.raises(af.AuthenticationError) as caught,
    ):
        conn.models()
    assert "api.anaplan.com is of the region us1 (and of us2, us5, us7" in str(caught.value)
    assert "connect(region='eu3')" in str(caught.value)


def test_a_sign_in_that_a_region_refuses_names_the_region() -> None:
    refused = as_json({"status": "FAILURE_BAD_CREDENTIAL", "statusMessage": "no such user"}, 401)
    with (
        answering(as_json({}), refused) as proxy,
        connect_through(proxy, "eu3.api.anaplan.com", "eu3.auth.anaplan.com") as conn,
        pytest.raises(af.AuthenticationError, match=r"eu3\.auth.* is of the region eu3\. "),
    ):
        conn.models()


def test_a_redirect_to_another_region_names_that_region() -> None:
    there = Answer(307, headers={"Location": "https://eu3.api.anaplan.com/2/0/models"})
    with (
        answering(there) as proxy,
        connect_through(proxy, "api.anaplan.com", "auth.anaplan.com") as conn,
        pytest.raises(af.TransferError, match=r"Connect to that region: connect\(region='eu3'\)"),
    ):
        conn.models()


def test_a_user_who_sees_no_model_at_all_reads_which_region_was_asked() -> None:
    empty = as_json({"meta": {"paging": {"totalSize": 0, "offset": 0}}, "status": {"code": 200}})
    with (
        answering(empty) as proxy,
        connect_through(proxy, "us9.api.anaplan.com", "auth.anaplan.com") as conn,
        pytest.raises(af.NotFound) as caught,
    ):
        conn.model("Flight Planning")
    assert "no model at all here. us9.api.anaplan.com is of the region us9." in str(caught.value)


def test_the_address_of_a_model_in_another_region_is_refused_before_anything_is_sent() -> None:
    with (
        answering(as_json({})) as proxy,
        connect_through(proxy, "api.anaplan.com", "auth.anaplan.com") as conn,
    ):
        with pytest.raises(af.ConfigurationError, match=r"connect\(region='eu3'\)"):
            conn.model(MODEL_IN_EU3)
        assert proxy.seen == []


def test_an_unknown_region_is_named_if_its_host_does_not_exist(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_such_name(*args: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    conn = af.connect("me@corp.com", "password", region="zz9", tries=1, clock=TurnedClock())
    with conn, pytest.raises(af.TransferError, match="does not know the region 'zz9'"):
        conn.models()
