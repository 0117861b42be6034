"""A tenant's login in the environment, and commands that only tests have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from anaplan_frames.cli.commands import COMMANDS, CommandEntry
from anaplan_frames.sandbox import Sandbox


@pytest.fixture
def tenant_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the commands of `tenant_command` to the command line."""
    for name in ("options", "broken"):
        entry = CommandEntry("tests.cli.tenant_command", f"{name} as a test does.")
        monkeypatch.setitem(COMMANDS, name, entry)


@pytest.fixture
def sign_in(
    tenant_commands: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Sandbox], None]:
    """Return a function that sets a sandbox's hosts and login in the environment."""

    def set_environment(sandbox: Sandbox) -> None:
        monkeypatch.setenv("ANAPLAN_EMAIL", sandbox.email)
        monkeypatch.setenv("ANAPLAN_PASSWORD", sandbox.password)
        monkeypatch.setenv("ANAPLAN_API_URL", sandbox.api_url)
        monkeypatch.setenv("ANAPLAN_AUTH_URL", sandbox.auth_url)

    monkeypatch.chdir(tmp_path)
    return set_environment


@pytest.fixture
def signed_in(demo_sandbox: Sandbox, sign_in: Callable[[Sandbox], None]) -> Sandbox:
    """Serve the demo tenant, with its login in the environment."""
    sign_in(demo_sandbox)
    return demo_sandbox
