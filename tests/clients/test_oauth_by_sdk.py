"""anaplan-sdk signs in to the sandbox by OAuth, with its own requests, which are forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import anaplan_sdk
import pytest

from anaplan_frames.sandbox import Sandbox
from tests.auth.test_oauth import REDIRECT, sign_in_by_browser


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Serve a tenant without a model."""
    with Sandbox(rate_limit=None) as running:
        running.workspace("Demo")
        yield running


@pytest.fixture
def sdk_auth(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., anaplan_sdk.AnaplanLocalOAuth]:
    """Return a function that signs in as a person does, in a browser."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")

    def paste(prompt: str) -> str:
        url = next(word for word in prompt.split() if word.startswith("http"))
        return sign_in_by_browser(sandbox, url).replace("http://", "https://", 1)

    monkeypatch.setattr("builtins.input", paste)

    def sign_in(**options: Any) -> anaplan_sdk.AnaplanLocalOAuth:
        client = sandbox.oauth_client("authorization_code", redirect_uri=REDIRECT, **options)
        assert client.secret is not None
        return anaplan_sdk.AnaplanLocalOAuth(
            client.id,
            client.secret,
            REDIRECT,
            authorization_url=f"{sandbox.auth_url}/auth/prelogin",
            token_url=f"{sandbox.auth_url}/oauth/token",
            validation_url=f"{sandbox.auth_url}/token/validate",
        )

    return sign_in


def workspaces(auth: anaplan_sdk.AnaplanLocalOAuth) -> list[str]:
    return [each.name for each in anaplan_sdk.Client(auth=auth).get_workspaces()]


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize("rotatable", [True, False])
def test_it_signs_in_by_a_browser_and_renews_its_token(
    sandbox: Sandbox, sdk_auth: Callable[..., anaplan_sdk.AnaplanLocalOAuth], rotatable: bool
) -> None:
    auth = sdk_auth(rotatable=rotatable)
    assert set(auth.token) >= {"access_token", "refresh_token", "expires_in", "scope"}
    first = auth.token["refresh_token"]
    assert workspaces(auth) == ["Demo"]
    sandbox.tokens.revoke_all()
    assert workspaces(auth) == ["Demo"]
    assert sandbox.oauth.is_alive(first) is not rotatable
