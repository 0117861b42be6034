"""What a reader of the documentation has at hand."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from anaplan_frames.sandbox import Sandbox

DATA = files("anaplan_frames.demo") / "data"


@pytest.fixture
def in_environment(
    demo_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Sandbox:
    """A demo named by the environment, and an empty working folder."""
    monkeypatch.setenv("ANAPLAN_EMAIL", demo_sandbox.email)
    monkeypatch.setenv("ANAPLAN_PASSWORD", demo_sandbox.password)
    monkeypatch.setenv("ANAPLAN_API_URL", demo_sandbox.api_url)
    monkeypatch.setenv("ANAPLAN_AUTH_URL", demo_sandbox.auth_url)
    monkeypatch.chdir(tmp_path)
    return demo_sandbox


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
