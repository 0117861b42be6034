"""``anaplan-frames login`` and ``logout``, and what uses the stored login."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

import anaplan_frames as af
from anaplan_frames.cli import main
from anaplan_frames.sandbox import Sandbox


@pytest.fixture
def at_home(tenant: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have hosts of the sandbox in the environment, and nothing else, with an empty home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("ANAPLAN_API_URL", tenant.api_url)
    monkeypatch.setenv("ANAPLAN_AUTH_URL", tenant.auth_url)
    monkeypatch.setattr("anaplan_frames.auth.token_store._usable_keyring", _no_keyring)
    monkeypatch.setattr("anaplan_frames.auth.device_grant._SHORTEST_INTERVAL", 0.0)
    return tmp_path


def _no_keyring() -> None:
    raise af.MissingExtra("Keeping a login in the keyring", "keyring")


@pytest.fixture
def approved(tenant: Sandbox, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Approve each device at once, and return the links that were shown."""
    shown: list[str] = []

    def show(url: str, code: str) -> None:
        shown.append(url)
        tenant.approve(code)

    monkeypatch.setattr("anaplan_frames.auth.sign_in_link.show_link", show)
    monkeypatch.setattr("anaplan_frames.sandbox.tenant.oauth_grants.POLL_SECONDS", 0)
    return shown


def test_a_login_is_used_by_later_programs_until_the_logout(
    tenant: Sandbox, at_home: Path, approved: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    client = tenant.oauth_client()
    assert main(["login", "--client-id", client.id]) == 0
    kept = at_home / "config" / "anaplan-frames" / "logins" / f"{client.id}.json"
    said = capsys.readouterr().out
    assert said == f"Signed in as {tenant.email}. The login is kept in {kept}.\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    tenant.tokens.revoke_all()
    with af.connect() as connection:
        assert connection.me()["email"] == tenant.email
    assert main(["logout"]) == 0
    assert not kept.exists()
    assert capsys.readouterr().out == (
        f"The login of client {client.id} is removed from this machine.\n"
    )
    with pytest.raises(af.ConfigurationError, match="Or sign in once: anaplan-frames login"):
        af.connect()
    assert main(["logout"]) == 7


def test_a_second_login_asks_again_although_one_is_stored(
    tenant: Sandbox, at_home: Path, approved: list[str], tmp_path: Path
) -> None:
    client = tenant.oauth_client()
    for _ in range(2):
        assert main(["login", "--client-id", client.id, "--store", str(tmp_path / "mine")]) == 0
    assert len(approved) == 2
    assert (tmp_path / "mine").exists()


def test_a_login_that_anaplan_refuses_ends_with_6(
    tenant: Sandbox, at_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["login", "--client-id", "0" * 32]) == 6
    assert "'The client is not known.'" in capsys.readouterr().err


def test_the_environment_names_a_client_whose_login_is_stored(
    tenant: Sandbox, at_home: Path, approved: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = tenant.oauth_client()
    assert main(["login", "--client-id", client.id]) == 0
    monkeypatch.setenv("ANAPLAN_CLIENT_ID", client.id)
    with af.connect() as connection:
        assert connection.me()["email"] == tenant.email
    assert len(approved) == 1
