"""Connections, proxies, trust and headers, as users of `requests` expect them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from anaplan_frames.errors import ConfigurationError, TransferError
from anaplan_frames.transport import Transport
from tests import logouts
from tests.transport.conftest import Connect
from tests.transport.scripted import TOKEN, Answer, ScriptedServer, Seen, TurnedClock, as_json

pytestmark = [
    pytest.mark.filterwarnings("ignore:Unverified HTTPS request"),
    pytest.mark.usefixtures("no_proxy_of_this_machine"),
]


def test_a_call_has_the_token_and_names_this_library(
    server: ScriptedServer, transport: Transport
) -> None:
    transport.get("/me", label="me")
    headers = server.calls[0].headers
    assert headers["Authorization"] == f"AnaplanAuthToken {TOKEN}"
    assert headers["Accept"] == "application/json"
    assert headers["User-Agent"].startswith("anaplan-frames/")


def test_netrc_never_replaces_the_token(
    server: ScriptedServer,
    transport: Transport,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login intruder password intruder\n")
    monkeypatch.setenv("NETRC", str(netrc))
    transport.get("/me", label="me")
    logouts.close(transport)
    schemes = [seen.headers["Authorization"].split()[0] for seen in server.seen]
    assert schemes == ["Basic", "AnaplanAuthToken", "AnaplanAuthToken"]
    assert server.calls[0].headers["Authorization"] == f"AnaplanAuthToken {TOKEN}"


def test_cookies_are_not_kept(server: ScriptedServer, transport: Transport) -> None:
    server.script = [as_json({}, **{"Set-Cookie": "session=1; Path=/"})]
    transport.get("/me", label="me")
    transport.get("/me", label="me")
    assert "Cookie" not in server.calls[1].headers


def test_as_many_threads_as_there_are_connections_work_at_once(
    server: ScriptedServer, connect: Connect
) -> None:
    meeting = threading.Barrier(8, timeout=5)

    def rule(seen: Seen) -> Answer:
        meeting.wait()
        return as_json({"path": seen.path})

    server.rule = rule
    transport = connect(max_connections=8)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: transport.get(f"/{n}", label="call"), range(16)))
    assert [answer["path"] for answer in answers] == [f"/2/0/{n}" for n in range(16)]


def test_a_proxy_of_the_environment_is_used(
    server: ScriptedServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    transport = connect(api_url="http://api.test", auth_url="http://auth.test", allow_http=True)
    server.rule = lambda seen: as_json({"asked": seen.path})
    server.script = [as_json({"tokenInfo": {"tokenValue": "t"}})]
    assert transport.get("/me", label="me") == {"asked": "http://api.test/2/0/me"}


def test_a_proxy_of_the_environment_is_not_used_for_this_machine(
    server: ScriptedServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    connect().get("/me", label="me")
    assert server.calls[0].path == "/2/0/me"


def test_a_proxy_that_is_passed_is_used_for_this_machine_too(
    server: ScriptedServer, connect: Connect
) -> None:
    with pytest.raises(TransferError) as caught:
        connect(proxies={"http": "http://127.0.0.1:1"}).get("/me", label="me")
    assert str(caught.value) == (
        f"sign-in: the proxy allows no connection to {server.url.removeprefix('http://')} "
        "(connection refused). Check HTTPS_PROXY and NO_PROXY, or proxies=...."
    )


def test_a_certificate_that_is_not_trusted_names_the_ca_bundle_and_is_not_tried_again(
    tls_server: ScriptedServer, connect: Connect, clock: TurnedClock
) -> None:
    transport = connect(api_url=tls_server.url, auth_url=tls_server.url)
    with pytest.raises(TransferError) as caught:
        transport.get("/me", label="me")
    host = tls_server.url.removeprefix("https://")
    words = str(caught.value).replace("self signed", "self-signed")  # OpenSSL 1.1
    assert words == (
        f"sign-in: the TLS certificate of {host} is not trusted here (self-signed certificate). "
        "If your company inspects TLS, give its CA bundle: verify='company.pem', or set "
        "REQUESTS_CA_BUNDLE."
    )
    assert clock.slept == 0


def test_a_ca_bundle_is_taken_as_an_argument_or_from_the_environment(
    tls_server: ScriptedServer, connect: Connect, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = {"api_url": tls_server.url, "auth_url": tls_server.url}
    connect(verify=bundle, **hosts).get("/me", label="me")
    connect(verify=str(bundle), **hosts).get("/me", label="me")
    connect(verify=False, **hosts).get("/me", label="me")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    connect(**hosts).get("/me", label="me")
    assert len(tls_server.calls) == 4


def test_a_ca_bundle_that_is_passed_comes_before_that_of_the_environment(
    tls_server: ScriptedServer, connect: Connect, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle.with_name("none.pem")))
    transport = connect(verify=bundle, api_url=tls_server.url, auth_url=tls_server.url)
    transport.get("/me", label="me")
    with pytest.raises(TransferError, match="REQUESTS_CA_BUNDLE names is not there"):
        connect(api_url=tls_server.url, auth_url=tls_server.url).get("/me", label="me")


def test_a_ca_bundle_that_is_not_there_is_refused_at_once(connect: Connect) -> None:
    with pytest.raises(ConfigurationError, match=r"verify='none\.pem': there is no such CA bundle"):
        connect(verify="none.pem")
