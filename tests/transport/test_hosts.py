"""Which URLs are accepted, and which URLs calls have."""

from __future__ import annotations

import pytest

from anaplan_frames.auth import BasicAuth
from anaplan_frames.errors import ConfigurationError, TransferError
from anaplan_frames.transport import Transport
from tests.transport.conftest import Connect
from tests.transport.scripted import ScriptedServer, TurnedClock

AUTH = BasicAuth("planner@example.com", "correct horse")


def test_the_hosts_of_the_first_regions_are_the_default() -> None:
    transport = Transport(AUTH)
    assert transport.api_url == "https://api.anaplan.com"
    assert transport.auth_url == "https://auth.anaplan.com"


@pytest.mark.parametrize("tail", ["", "/", "/2/0", "/2/0/", " "])
@pytest.mark.parametrize("slash", ["", "/"])
def test_calls_go_below_2_0_however_the_url_is_written(
    tail: str, slash: str, server: ScriptedServer, connect: Connect
) -> None:
    connect(api_url=server.url + tail, auth_url=server.url + "/").get(f"{slash}me", label="me")
    assert [seen.path for seen in server.seen] == ["/token/authenticate", "/2/0/me"]


@pytest.mark.parametrize(
    "url", ["api.anaplan.com", "ftp://api.anaplan.com", "https://", "https://a.b?x=1", "http://[::"]
)
def test_a_text_that_is_not_a_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"is not the URL of a host, such as https://api"):
        Transport(AUTH, api_url=url)


def test_http_to_another_machine_is_refused_unless_asked_for() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Transport(AUTH, api_url="http://anaplan.internal")
    assert str(caught.value) == (
        "api_url='http://anaplan.internal' would send the token unencrypted to another machine. "
        "Use https://, or pass allow_http=True if you are sure."
    )
    with pytest.raises(ConfigurationError, match="auth_url"):
        Transport(AUTH, auth_url="http://127.0.0.1.example.com")
    assert Transport(AUTH, api_url="http://anaplan.internal", allow_http=True).api_url


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "[::1]"])
def test_http_to_this_machine_is_accepted(host: str) -> None:
    assert Transport(AUTH, api_url=f"http://{host}:8900").api_url == f"http://{host}:8900"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "HTTP://evil.example/localhost",
        "http://[::1].evil.example",
        "http://[::1]evil.example",
        "http://[::1%25eth0]",
        "http://[::ffff:203.0.113.5]",
        "http://0.0.0.0",
        "http://localhost%00.evil.example",
        "http://localhost%2eevil.example",
        "http://localhost\\.evil.example",
        "http://localhost\t.evil.example",
        "http://evil.example#localhost",
        "http://evil.example?localhost",
        "http://loc\u0430lhost",
        "http:////localhost",
    ],
)
def test_a_host_that_only_looks_like_this_machine_is_refused(url: str) -> None:
    for name in ("api_url", "auth_url"):
        with pytest.raises(ConfigurationError, match=name):
            Transport(AUTH, **{name: url})


@pytest.mark.parametrize(
    "url",
    [
        "https://me:sesame@api.anaplan.com",
        "http://localhost:sesame@evil.example",
        "http://evil.example\\:sesame@localhost",
        "ftp://me:sesame@api.anaplan.com",
        "https://me:sesame@",
        "me:sesame@api.anaplan.com",
    ],
)
def test_a_password_in_a_url_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Transport(AUTH, api_url=url)
    assert "sesame" not in str(caught.value)


def test_a_proxy_without_a_host_is_refused_without_showing_its_password() -> None:
    for url in ("http://me:sesame@", "me:sesame@", "http://[me:sesame@"):
        with pytest.raises(ConfigurationError, match="is not the URL of a proxy") as caught:
            Transport(AUTH, proxies={"https": url})
        assert "sesame" not in str(caught.value)
    assert Transport(AUTH, proxies={"https": "me:sesame@proxy.example.com:8080", "http": ""})


def test_an_unknown_host_is_named_with_what_to_check() -> None:
    transport = Transport(AUTH, auth_url="https://no-such-host.invalid", clock=TurnedClock())
    with pytest.raises(TransferError) as caught:
        transport.get("/workspaces", label="workspaces")
    assert str(caught.value) == (
        "sign-in: no-such-host.invalid cannot be reached (its name is not known). "
        "Check the network connection, the proxy (HTTPS_PROXY) and auth_url."
    )


def test_a_closed_port_is_named_with_what_to_check(
    server: ScriptedServer, connect: Connect
) -> None:
    with pytest.raises(TransferError) as caught:
        connect(api_url="http://127.0.0.1:1").get("/workspaces", label="workspaces")
    assert str(caught.value) == (
        "workspaces: 127.0.0.1:1 cannot be reached (connection refused). "
        "Check the network connection, the proxy (HTTPS_PROXY) and api_url."
    )
