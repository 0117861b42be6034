"""No pickle holds a password or key, for any kind of credential."""

from __future__ import annotations

import base64
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cloudpickle
import pytest

import anaplan_frames as af
from anaplan_frames.tasks import Task
from anaplan_frames.writes.plan import SendOptions
from tests.secrets.looking import by_python, by_rich
from tests.secrets.scenes import CREDENTIALS, DATA, KEY_PASSWORD, PASSWORD, READY, STORE, planner
from tests.secrets.scenes import secrets_of as all_secrets_of
from tests.transport.scripted import TOKEN, ScriptedServer, as_json

CONFIGURED = {
    "password": {"EMAIL": "planner@example.com", "PASSWORD": PASSWORD},
    "certificate": {
        "CERTIFICATE": planner().pem.decode(),
        "PRIVATE_KEY": planner().key_pem(KEY_PASSWORD.encode()).decode(),
        "PRIVATE_KEY_PASSWORD": KEY_PASSWORD,
    },
    "PKCS#12": {
        "KEYSTORE": str(DATA / "two.pkcs12"),
        "KEYSTORE_PASSWORD": STORE,
        "KEYSTORE_ALIAS": "planner",
    },
    "token": {"TOKEN": READY},
}


def record(kind: str) -> Any:
    return {
        "id": "112000000001",
        "name": kind,
        "currentWorkspaceId": "8a",
        "currentWorkspaceName": "Demo",
    }


def things(connection: af.Connection) -> Iterator[object]:
    """Yield what a user may pickle."""
    yield connection
    model = af.Model(connection._transport, record("model"))
    yield model
    for kind in ("files", "imports", "exports", "processes", "lists", "modules", "views"):
        collection = getattr(model, kind)
        yield collection
        yield collection._make(model._catalogue, record(kind))
    load = model.imports._make(model._catalogue, record("imports"))
    yield Task(load.requests, "T", load.make_job(SendOptions()))


def pickles(connection: af.Connection) -> bytes:
    return b"".join(
        module.dumps(each) for each in things(connection) for module in (pickle, cloudpickle)
    )


def shown_in(content: bytes, secrets: list[str]) -> list[str]:
    """Return the secrets that some bytes hold, as text or in base64."""
    return [
        secret
        for secret in secrets
        if secret.encode() in content or base64.b64encode(secret.encode()) in content
    ]


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_a_pickle_of_given_credentials_holds_the_token_alone(credential: str) -> None:
    with ScriptedServer() as server:
        server.rule = lambda seen: as_json({"users": []})
        given = CREDENTIALS[credential]()
        with af.connect(auth=given, api_url=server.url, auth_url=server.url) as connection:
            connection.users()
            content = pickles(connection)
            token = READY if credential == "token" else TOKEN
            scheme = "Bearer" if credential == "OAuth" else "AnaplanAuthToken"
            secrets = [each for each in all_secrets_of(server) if each not in (READY, TOKEN)]
            copy = pickle.loads(pickle.dumps(connection))
            copy.users()
            assert server.seen[-1].headers["Authorization"] == f"{scheme} {token}"
            shown = repr([*things(copy), vars(copy), vars(copy._transport), copy._transport._auth])
    assert token.encode() in content
    assert shown_in(content, secrets) == []
    assert shown_in(shown.encode(), [*secrets, READY, TOKEN]) == []


@pytest.mark.parametrize("credential", CONFIGURED)
@pytest.mark.parametrize("place", ["environment", "profile"])
def test_a_pickle_of_configured_credentials_holds_no_secret(
    credential: str, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    settings = CONFIGURED[credential]
    if place == "environment":
        for name, value in settings.items():
            monkeypatch.setenv(f"ANAPLAN_{name}", value)
    else:
        profiles = tmp_path / "anaplan-frames" / "profiles.toml"
        profiles.parent.mkdir()
        lines = [f"{name.lower()} = '''{value}'''" for name, value in settings.items()]
        profiles.write_text("\n".join(["[prod]", *lines]))
        profiles.chmod(0o600)
    with ScriptedServer() as server:
        server.rule = lambda seen: as_json({"users": []})
        profile = "prod" if place == "profile" else None
        connection = af.connect(profile=profile, api_url=server.url, auth_url=server.url)
        connection.users()
        content = pickles(connection)
        copy = pickle.loads(pickle.dumps(connection))
        copy.users()
        secrets = all_secrets_of(server)
        logins = len(server.asked("/token/authenticate"))
        shown = repr([*things(copy), vars(copy), vars(copy._transport), copy._transport._auth])
    assert shown_in(content + shown.encode(), secrets) == []
    assert logins == (0 if credential == "token" else 2)


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_credentials_refuse_to_be_pickled_and_show_nothing(credential: str) -> None:
    given = CREDENTIALS[credential]()
    for module in (pickle, cloudpickle):
        error = refusal(module, given)
        assert "is not pickled, as the pickle would hold a secret" in str(error)
        assert shown_in((by_rich(error) + by_python(error)).encode(), known()) == []


def refusal(module: Any, given: object) -> TypeError:
    with pytest.raises(TypeError) as caught:
        module.dumps(given)
    return caught.value


def known() -> list[str]:
    key = planner().key_pem().decode().splitlines()[1:-1]
    return [PASSWORD, READY, KEY_PASSWORD, STORE, *key]
