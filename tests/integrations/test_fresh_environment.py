"""What only an installation shows, in an environment of its own: entry points, extras, commands."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.environments import clean_environment
from tests.integrations.dockerfile import ROOT, instructions, only

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name != "posix", reason="the Dockerfile's commands are those of a shell"),
]
_TEST = """
import pandas as pd

def test_a_file_is_read_by_its_url(anaplan_model):
    anaplan_model.files["airlines.csv"].upload(b"carrier,name\\nAA,American\\n")
    url = "anaplan://Demo/Flight%20Planning/files/airlines.csv"
    assert list(pd.read_csv(url)["carrier"]) == ["AA"]
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Follow the Dockerfile up to its user: in a folder in place of ``/``."""
    root = tmp_path_factory.mktemp("image")
    venv.create(root / "env", with_pip=True)
    for each in instructions():
        if each.word == "COPY":
            copy(each.rest.split(), root)
        elif each.word == "RUN" and "useradd" not in each.rest:
            in_shell(each.rest.replace("/src", f"{root}/src").replace("--no-cache-dir", "-q"), root)
    return root


def copy(words: list[str], root: Path) -> None:
    *sources, target = words
    for name in sources:
        goal = root / target.lstrip("/")
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, goal, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            goal.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, goal)


def settings(root: Path) -> dict[str, str]:
    """Return an environment in which ``python`` and ``pip`` are those of the image."""
    return {**clean_environment(), "PATH": f"{root}/env/bin:{os.environ['PATH']}"}


def in_shell(command: str, root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        shell=True,
        check=True,
        text=True,
        capture_output=True,
        cwd=root,
        env=settings(root),
    )


@pytest.fixture
def container(environment: Path) -> Iterator[str]:
    """Start what the Dockerfile starts, on a free port; yield its URL."""
    words = [*json.loads(only("ENTRYPOINT")), *json.loads(only("CMD")), "--port", "0"]
    running = subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, cwd=environment, env=settings(environment)
    )
    assert running.stdout is not None
    found = re.search(r"http://\S+:\d+", running.stdout.readline())
    assert found is not None
    yield found[0]
    running.terminate()
    assert running.wait(30) == 0


def test_the_container_serves_the_demo_and_its_health_check_passes(
    environment: Path, container: str
) -> None:
    code = (
        "import anaplan_frames as af; import sys; url = sys.argv[1]; "
        "conn = af.connect('demo@example.com', 'demo', api_url=url, auth_url=url); "
        "print(conn.model('Flight Planning').imports.names)"
    )
    python = str(environment / "env/bin/python")
    shown = subprocess.run(
        [python, "-c", code, container], check=True, capture_output=True, text=True
    ).stdout
    assert "Load flights" in shown
    check = json.loads(re.search(r"\[.*\]", only("HEALTHCHECK"))[0])  # type: ignore[index]
    port = container.rpartition(":")[2]
    subprocess.run([word.replace("8900", port) for word in check], check=True)
    failed = subprocess.run([word.replace("8900", "1") for word in check], capture_output=True)
    assert failed.returncode != 0


def test_pytest_and_fsspec_find_the_library_when_it_is_installed(environment: Path) -> None:
    (environment / "test_it.py").write_text(_TEST)
    in_shell("pip install -q pytest", environment)
    without = subprocess.run(
        "python -c 'from anaplan_frames.integrations.filesystem import AnaplanFileSystem'",
        shell=True,
        text=True,
        capture_output=True,
        cwd=environment,
        env=settings(environment),
    )
    assert "pip install 'anaplan-frames[fsspec]'" in without.stderr
    in_shell("pip install -q fsspec", environment)
    shown = in_shell("python -m pytest -q -p no:cacheprovider test_it.py", environment).stdout
    assert "1 passed" in shown
