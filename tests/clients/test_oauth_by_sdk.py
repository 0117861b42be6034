"""anaplan-sdk signs in to the sandbox by OAuth, with its own requests, which are forms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import anaplan_sdk
import pytest
from anaplan_sdk.exceptions import AnaplanException

from anaplan_frames.sandbox import Sandbox
from tests.auth.test_oauth import REDIRECT, sign_in_by_browser


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Serve a tenant without a model."""
    with Sandbox(rate_limit=None) as running:
        running.workspace("Demo")
        yield running


@pytest.fixture(autouse=True)
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let oauthlib, which anaplan-sdk uses, ask an address that begins with http."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def sdk_auth(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., anaplan_sdk.AnaplanLocalOAuth]:
    """Return a function that signs in as a person does, in a browser."""

    def paste(prompt: str) -> str:
        url = next(word for word in prompt.split() if word.startswith("http"))
        return sign_in_by_browser(sandbox, url)

    monkeypatch.setattr("builtins.input", paste)

    def sign_in(**options: Any) -> anaplan_sdk.AnaplanLocalOAuth:
        return anaplan_sdk.AnaplanLocalOAuth(*made(sandbox, **options), **urls(sandbox))

    return sign_in


def made(sandbox: Sandbox, **options: Any) -> tuple[str, str, str]:
    """Make an OAuth client, and return its id, secret and redirect address."""
    client = sandbox.oauth_client("authorization_code", redirect_uri=REDIRECT, **options)
    assert client.secret is not None
    return client.id, client.secret, REDIRECT


def urls(sandbox: Sandbox) -> dict[str, str]:
    return {
        "authorization_url": f"{sandbox.auth_url}/auth/prelogin",
        "token_url": f"{sandbox.auth_url}/oauth/token",
        "validation_url": f"{sandbox.auth_url}/token/validate",
    }


def workspaces(**login: Any) -> list[str]:
    return [each.name for each in anaplan_sdk.Client(**login).get_workspaces()]


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize("rotatable", [True, False])
def test_it_signs_in_by_a_browser_and_renews_its_token(
    sandbox: Sandbox, sdk_auth: Callable[..., anaplan_sdk.AnaplanLocalOAuth], rotatable: bool
) -> None:
    auth = sdk_auth(rotatable=rotatable)
    assert set(auth.token) >= {"access_token", "refresh_token", "expires_in", "scope"}
    first = auth.token["refresh_token"]
    assert workspaces(auth=auth) == ["Demo"]
    sandbox.tokens.revoke_all()
    assert workspaces(auth=auth) == ["Demo"]
    assert sandbox.oauth.is_alive(first) is not rotatable


async def at_once(result: Any) -> Any:
    """Wait for what the asynchronous class returns; the other one returns the result itself."""
    return await result if asyncio.iscoroutine(result) else result


@pytest.fixture(params=[anaplan_sdk.Oauth, anaplan_sdk.AsyncOauth])
def of_a_web_application(request: pytest.FixtureRequest, sandbox: Sandbox) -> Any:
    """Return the object with which a web application does the grant itself."""
    return request.param(*made(sandbox), **urls(sandbox))


def test_a_web_application_fetches_checks_and_renews_a_token(
    sandbox: Sandbox, of_a_web_application: Any
) -> None:
    async def sign_in() -> tuple[str, str]:
        oauth = of_a_web_application
        url, state = oauth.authorization_url()
        token = await at_once(oauth.fetch_token(sign_in_by_browser(sandbox, url), state))
        checked = await at_once(oauth.validate_token(token["access_token"]))
        assert checked["userInfo"]["userId"] == sandbox.email
        renewed = await at_once(oauth.refresh_token(token["refresh_token"]))
        with pytest.raises(AnaplanException, match="invalid_grant"):  # rotated: used up
            await at_once(oauth.refresh_token(token["refresh_token"]))
        return token["access_token"], renewed["access_token"]

    first, second = asyncio.run(sign_in())
    assert first != second


def test_a_web_application_refuses_an_answer_to_another_sign_in(
    sandbox: Sandbox, of_a_web_application: Any
) -> None:
    async def fetch(address: str) -> None:
        await at_once(of_a_web_application.fetch_token(address, "another state"))

    url, _ = of_a_web_application.authorization_url()
    with pytest.raises(AnaplanException, match="Error during token creation"):
        asyncio.run(fetch(sign_in_by_browser(sandbox, url)))


@pytest.mark.usefixtures("sent")
def test_a_token_from_elsewhere_is_renewed_when_it_has_ended(sandbox: Sandbox) -> None:
    client, addresses = made(sandbox), urls(sandbox)
    oauth = anaplan_sdk.Oauth(*client, **addresses)
    url, _ = oauth.authorization_url()
    token = oauth.fetch_token(sign_in_by_browser(sandbox, url))
    auth = anaplan_sdk.AnaplanRefreshTokenAuth(
        *client, token=token, token_url=addresses["token_url"]
    )
    assert workspaces(auth=auth) == ["Demo"]
    sandbox.tokens.revoke_all()
    assert workspaces(auth=auth) == ["Demo"]
    assert auth.token["refresh_token"] != token["refresh_token"]
