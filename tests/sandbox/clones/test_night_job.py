"""A production job runs against a clone if the URLs and the profile are changed, and only these."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.clones import night_job
from tests.sandbox.clones.demo_mappings import fill_in

COMMAND = [sys.executable, "-m", "anaplan_frames"]
PROFILES = """\
[production]
email = "{production.email}"
password = "{production.password}"
model = "Flight Planning"
[rehearsal]
email = "{email}"
password = "{password}"
model = "Flight Planning"
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "ANAPLAN" not in name}
    return {**kept, "XDG_CONFIG_HOME": str(tmp_path / "config")}


@contextmanager
def served(folder: Path, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """Serve a clone as a process; yield the variables that it prints."""
    command = [*COMMAND, "sandbox", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        printed = ""
        while "Ctrl-C" not in printed:
            printed += (line := process.stdout.readline())
            assert line, printed
        try:
            yield dict(re.findall(r"(ANAPLAN_\w+)=(\S+)", printed))
        finally:
            process.terminate()
        assert process.wait(timeout=20) == 0


def run_job(environment: dict[str, str], tenant: dict[str, str], profile: str) -> str:
    """Run the job with the URLs of a tenant, and a profile."""
    urls = {name: tenant[name] for name in ("ANAPLAN_API_URL", "ANAPLAN_AUTH_URL")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.sandbox.clones.night_job"],
        capture_output=True,
        text=True,
        check=False,
        env={**environment, **urls, "ANAPLAN_PROFILE": profile},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.long
def test_a_production_job_runs_against_the_clone(
    demo_sandbox: Sandbox,
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    urls = {"ANAPLAN_API_URL": demo_sandbox.api_url, "ANAPLAN_AUTH_URL": demo_sandbox.auth_url}
    profiles = Path(environment["XDG_CONFIG_HOME"]) / "anaplan-frames" / "profiles.toml"
    profiles.parent.mkdir(parents=True)
    profiles.touch(0o600)
    folder = tmp_path / "rehearsal"
    with demo_sandbox.connect() as connection:
        af.snapshot(connection.model("Flight Planning"), folder, include="lists")
    fill_in(folder)
    with served(folder, environment) as clone:
        profiles.write_text(
            PROFILES.format(
                production=demo_sandbox,
                email=clone["ANAPLAN_EMAIL"],
                password=clone["ANAPLAN_PASSWORD"],
            )
        )
        rehearsed = run_job(environment, clone, "rehearsal")
    [model] = demo_sandbox.models.values()
    with model.store.reading() as con:
        assert con.execute("SELECT count(*) FROM list_101000000001").fetchone() == (0,)
    for name, value in {**environment, **urls, "ANAPLAN_PROFILE": "production"}.items():
        monkeypatch.setenv(name, value)
    night_job.main()
    assert rehearsed == capsys.readouterr().out
    assert "Load flights rejected 3744 125" in rehearsed
