"""What a reader of the documentation has at hand."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

import fsspec
import pytest

from anaplan_frames.integrations.filesystem import AnaplanFileSystem
from anaplan_frames.sandbox import Sandbox

DATA = files("anaplan_frames.demo") / "data"


def register_urls() -> None:
    """Let URLs work as if the package were installed."""
    fsspec.register_implementation("anaplan", AnaplanFileSystem, clobber=True)


def plugin_of_pytest() -> dict[str, str]:
    """Return the variable that lets pytest find the plugin, if the package is not installed."""
    if any(found.name == "anaplan_frames" for found in entry_points(group="pytest11")):
        return {}
    return {"PYTEST_PLUGINS": "anaplan_frames.integrations.pytest_plugin"}


@pytest.fixture
def in_environment(
    demo_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sandbox]:
    """A demo named by the environment, and an empty working folder, as if it were installed."""
    register_urls()
    for name, value in plugin_of_pytest().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("ANAPLAN_EMAIL", demo_sandbox.email)
    monkeypatch.setenv("ANAPLAN_PASSWORD", demo_sandbox.password)
    monkeypatch.setenv("ANAPLAN_API_URL", demo_sandbox.api_url)
    monkeypatch.setenv("ANAPLAN_AUTH_URL", demo_sandbox.auth_url)
    monkeypatch.chdir(tmp_path)
    before = set(os.environ)
    yield demo_sandbox
    for name in set(os.environ) - before:  # what a page has set by `export`
        del os.environ[name]


@pytest.fixture
def at_work(in_environment: Sandbox) -> Sandbox:
    """The same, its files filled, and the data in the working folder."""
    model = in_environment.connect().model("Flight Planning")
    for source, target in [
        ("airlines", "airlines.csv"),
        ("airports", "airports.csv"),
        ("flights_monthly", "flights.csv"),
    ]:
        shutil.copy(str(DATA / f"{source}.csv"), target)
        model.files[target].upload(target)
    return in_environment
