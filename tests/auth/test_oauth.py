"""Sign-ins by OAuth, against the sandbox."""

from __future__ import annotations

import json
import pickle
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

import anaplan_frames as af
from anaplan_frames.auth import OAuthService, Token
from anaplan_frames.auth.stored_login import load_login
from anaplan_frames.sandbox import Sandbox
from tests.transport.scripted import TurnedClock

REDIRECT = "https://example.com/callback"


@pytest.fixture(scope="module")
def oauth_tenant() -> Iterator[Sandbox]:
    """Serve a tenant without a model."""
    with Sandbox(rate_limit=None) as sandbox:
        yield sandbox


@pytest.fixture
def store(tmp_path: Path) -> af.FileStore:
    """Keep logins in a file of the test."""
    return af.FileStore(tmp_path / "login.json")


def connect(tenant: Sandbox, auth: af.Credentials) -> af.Connection:
    return af.connect(
        auth=auth,
        api_url=tenant.api_url,
        auth_url=tenant.auth_url,
        requests_per_minute=None,
        clock=TurnedClock(),
    )


def approving(tenant: Sandbox) -> Callable[[str, str], None]:
    def show(url: str, code: str) -> None:
        assert url == f"{tenant.auth_url}/activate?user_code={code}"
        tenant.approve(code)

    return show


def signed_in(tenant: Sandbox, store: af.FileStore, **client: Any) -> str:
    """Sign in once by a device, and return the client's id."""
    made = tenant.oauth_client(**client)
    auth = af.DeviceAuth(made.id, store=store, show=approving(tenant))
    with connect(tenant, auth) as connection:
        assert connection.me()["email"] == tenant.email
    return made.id


def refresh_token(store: af.FileStore) -> str:
    login = load_login(store)
    assert login is not None
    assert login.refresh_token is not None
    return login.refresh_token.reveal()


def end_access_tokens(tenant: Sandbox) -> None:
    tenant.tokens.revoke_all()


def test_a_device_is_approved_in_a_browser_and_the_login_is_stored(
    oauth_tenant: Sandbox, store: af.FileStore
) -> None:
    signed_in(oauth_tenant, store)
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert oauth_tenant.oauth.is_alive(refresh_token(store))


def test_a_stored_login_is_used_without_asking(oauth_tenant: Sandbox, store: af.FileStore) -> None:
    client = signed_in(oauth_tenant, store)
    for auth in (af.RefreshTokenAuth(client, store=store), af.DeviceAuth(client, store=store)):
        with connect(oauth_tenant, auth) as connection:
            assert connection.me()["email"] == oauth_tenant.email


@pytest.mark.parametrize("rotatable", [True, False])
def test_an_access_token_that_has_ended_is_renewed(
    oauth_tenant: Sandbox, store: af.FileStore, rotatable: bool
) -> None:
    client = signed_in(oauth_tenant, store, rotatable=rotatable)
    before = refresh_token(store)
    with connect(oauth_tenant, af.RefreshTokenAuth(client, store=store)) as connection:
        for _ in range(3):
            end_access_tokens(oauth_tenant)
            assert connection.me()["email"] == oauth_tenant.email
    assert (refresh_token(store) != before) is rotatable
    assert oauth_tenant.oauth.is_alive(refresh_token(store))
    assert oauth_tenant.oauth.is_alive(before) is not rotatable


def test_a_refresh_token_that_has_ended_asks_for_a_sign_in(
    oauth_tenant: Sandbox, store: af.FileStore
) -> None:
    client = signed_in(oauth_tenant, store)
    oauth_tenant.oauth.end_all()
    end_access_tokens(oauth_tenant)
    with (
        connect(oauth_tenant, af.RefreshTokenAuth(client, store=store)) as connection,
        pytest.raises(af.SignInRequired) as caught,
    ):
        connection.me()
    assert caught.value.command == f"anaplan-frames login --client-id {client}"
    assert str(caught.value) == (
        f"Anaplan no longer accepts the refresh token. Sign in: {caught.value.command}"
    )
    auth = af.DeviceAuth(client, store=store, show=approving(oauth_tenant))
    with connect(oauth_tenant, auth) as connection:
        assert connection.me()["email"] == oauth_tenant.email


def test_without_a_person_or_a_stored_login_the_command_is_named(
    oauth_tenant: Sandbox, store: af.FileStore
) -> None:
    client = oauth_tenant.oauth_client()
    for auth, why in (
        (af.DeviceAuth(client.id, store=store), "There is no stored login that can be renewed."),
        (af.RefreshTokenAuth(client.id, store=store), "There is no stored login of client"),
    ):
        with connect(oauth_tenant, auth) as connection, pytest.raises(af.SignInRequired, match=why):
            connection.me()


def test_a_denied_device_and_a_code_that_expires_ask_for_a_sign_in(oauth_tenant: Sandbox) -> None:
    client = oauth_tenant.oauth_client()

    def deny(url: str, code: str) -> None:
        oauth_tenant.deny(code)

    for show, why in (
        (deny, "The sign-in was denied in the browser."),
        (lambda url, code: None, "The code has expired before somebody approved it."),
    ):
        auth = af.DeviceAuth(client.id, store=None, show=show)
        with connect(oauth_tenant, auth) as connection, pytest.raises(af.SignInRequired, match=why):
            connection.me()


def test_a_client_of_another_grant_is_an_error_that_says_so(oauth_tenant: Sandbox) -> None:
    client = oauth_tenant.oauth_client("authorization_code")
    auth = af.DeviceAuth(client.id, store=None, show=approving(oauth_tenant))
    with connect(oauth_tenant, auth) as connection, pytest.raises(af.AuthenticationError) as caught:
        connection.me()
    assert "'The grant type is not allowed for the client.'" in str(caught.value)
    assert "that the client was made for this kind of sign-in" in str(caught.value)


def test_two_connections_renew_once_and_share_the_new_login(
    oauth_tenant: Sandbox, store: af.FileStore
) -> None:
    client = signed_in(oauth_tenant, store)
    end_access_tokens(oauth_tenant)
    failures: list[Exception] = []

    def work() -> None:
        try:
            with connect(oauth_tenant, af.RefreshTokenAuth(client, store=store)) as connection:
                connection.me()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert oauth_tenant.oauth.is_alive(refresh_token(store))


def test_a_refresh_token_that_is_given_counts_until_it_was_used(
    oauth_tenant: Sandbox, tmp_path: Path
) -> None:
    first = af.FileStore(tmp_path / "first.json")
    client = signed_in(oauth_tenant, first)
    given = refresh_token(first)
    store = af.FileStore(tmp_path / "second.json")
    for _ in range(2):
        end_access_tokens(oauth_tenant)
        with connect(oauth_tenant, af.RefreshTokenAuth(client, given, store=store)) as connection:
            assert connection.me()["email"] == oauth_tenant.email
    assert not oauth_tenant.oauth.is_alive(given)
    assert oauth_tenant.oauth.is_alive(refresh_token(store))


def test_the_code_of_a_browser_is_exchanged_with_the_secret(
    oauth_tenant: Sandbox, store: af.FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = oauth_tenant.oauth_client("authorization_code", redirect_uri=REDIRECT)
    assert client.secret is not None
    shown: list[str] = []
    monkeypatch.setattr("anaplan_frames.auth.browser_grant.can_ask", lambda: True)
    monkeypatch.setattr(
        "anaplan_frames.auth.browser_grant.show_link", lambda url, code: shown.append(url)
    )
    monkeypatch.setattr("builtins.input", lambda prompt: sign_in_by_browser(oauth_tenant, shown[0]))
    auth = af.BrowserAuth(
        client.id, client.secret, redirect_uri=REDIRECT, open_browser=False, store=store
    )
    with connect(oauth_tenant, auth) as connection:
        assert connection.me()["email"] == oauth_tenant.email
        end_access_tokens(oauth_tenant)
        assert connection.me()["email"] == oauth_tenant.email


def test_a_redirect_to_this_machine_is_received(
    oauth_tenant: Sandbox, store: af.FileStore, monkeypatch: pytest.MonkeyPatch, unused_port: int
) -> None:
    redirect = f"http://localhost:{unused_port}"
    client = oauth_tenant.oauth_client("authorization_code", redirect_uri=redirect)
    assert client.secret is not None

    def open_browser(url: str) -> bool:
        def browse() -> None:
            requests.get(f"http://127.0.0.1:{unused_port}/favicon.ico", timeout=5)
            answer = requests.get(sign_in_by_browser(oauth_tenant, url), timeout=5)
            assert "Signed in" in answer.text

        threading.Thread(target=browse).start()
        return True

    monkeypatch.setattr("webbrowser.open", open_browser)
    auth = af.BrowserAuth(client.id, client.secret, redirect_uri=redirect, store=store)
    with connect(oauth_tenant, auth) as connection:
        assert connection.me()["email"] == oauth_tenant.email


def sign_in_by_browser(tenant: Sandbox, url: str) -> str:
    """Do what a person does in a browser, and return the address that it comes to."""
    page = requests.get(url, timeout=5)
    assert page.status_code == 200
    assert page.url.startswith(f"{tenant.auth_url}/auth/prelogin?")
    form = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(page.url).query))
    form |= {"email": tenant.email, "password": tenant.password}
    answer = requests.post(page.url, data=form, timeout=5, allow_redirects=False)
    return answer.headers["Location"]


@pytest.fixture
def unused_port() -> int:
    """Return a port of this machine that was free a moment ago."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_browser_that_comes_back_from_another_sign_in_is_not_believed(
    oauth_tenant: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = oauth_tenant.oauth_client("authorization_code", redirect_uri=REDIRECT)
    assert client.secret is not None
    monkeypatch.setattr("anaplan_frames.auth.browser_grant.can_ask", lambda: True)
    monkeypatch.setattr("builtins.input", lambda prompt: f"{REDIRECT}?code=abc&state=other")
    auth = af.BrowserAuth(
        client.id, client.secret, redirect_uri=REDIRECT, open_browser=False, store=None
    )
    with (
        connect(oauth_tenant, auth) as connection,
        pytest.raises(af.SignInRequired, match="came back from another sign-in"),
    ):
        connection.me()


def test_another_process_renews_the_stored_login(
    oauth_tenant: Sandbox, store: af.FileStore
) -> None:
    client = signed_in(oauth_tenant, store)
    auth = af.DeviceAuth(client, store=store)
    with af.connect(
        auth=auth, api_url=oauth_tenant.api_url, auth_url=oauth_tenant.auth_url
    ) as connection:
        pickled = pickle.dumps(connection)
    for secret in (refresh_token(store), json.loads(store.path.read_text())["access_token"]):
        assert secret.encode() not in pickled
    end_access_tokens(oauth_tenant)
    assert pickle.loads(pickled).me()["email"] == oauth_tenant.email


class _Lossy:
    """Loses answers of a service to which they are passed on; counts the requests."""

    def __init__(self, service: OAuthService, lost: int) -> None:
        self._service = service
        self.lost = lost
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._service, name)

    def ask(self, request: Any) -> Any:
        self.asked += 1
        answer = self._service.ask(request)
        return answer if self.asked > self.lost else None


@pytest.mark.parametrize(("rotatable", "error"), [(False, None), (True, af.SignInRequired)])
def test_a_lost_answer_is_asked_for_once_more_with_the_same_refresh_token(
    oauth_tenant: Sandbox, store: af.FileStore, rotatable: bool, error: type[Exception] | None
) -> None:
    client = signed_in(oauth_tenant, store, rotatable=rotatable)
    auth = af.RefreshTokenAuth(client, store=store)
    connection = connect(oauth_tenant, auth)
    login = load_login(store)
    assert login is not None
    service = _Lossy(connection._transport._keeper._oauth, lost=1)
    if error is None:
        assert isinstance(auth.obtain(service, login.access()), Token)
    else:
        with pytest.raises(error, match="no longer accepts the refresh token"):
            auth.obtain(service, login.access())
    assert service.asked == 2


def test_a_refresh_token_that_stays_the_same_is_sent_until_there_is_an_answer(
    oauth_tenant: Sandbox, store: af.FileStore
) -> None:
    client = signed_in(oauth_tenant, store, rotatable=False)
    end_access_tokens(oauth_tenant)
    lost = oauth_tenant.faults.add("lost answer", path="/oauth/token", times=4)
    auth = af.RefreshTokenAuth(client, store=store, rotatable=False)
    with connect(oauth_tenant, auth) as connection:
        assert connection.me()["email"] == oauth_tenant.email
    assert lost.hits == 4
