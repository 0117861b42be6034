"""The Dockerfile: what it copies, installs and starts is there, and works."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from anaplan_frames.cli.sandbox_command import sandbox
from tests.integrations.dockerfile import ROOT, instructions, only

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def started() -> list[str]:
    """Return the words with which a container starts."""
    words: list[str] = json.loads(only("ENTRYPOINT")) + json.loads(only("CMD"))
    return words


def test_its_python_is_one_that_the_library_supports() -> None:
    version = re.fullmatch(r"python:(3\.\d+)-slim", only("FROM"))
    assert version is not None
    assert f"Programming Language :: Python :: {version[1]}" in PROJECT["classifiers"]


def test_all_that_it_copies_is_there_and_not_ignored() -> None:
    copied = [name for each in instructions() if each.word == "COPY" for name in each.rest.split()]
    sources = [name for name in copied if not name.startswith("/")]
    assert all((ROOT / name).exists() for name in sources)
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == set(sources)
    needed = {PROJECT["readme"], *PROJECT["license-files"], "pyproject.toml", "anaplan_frames"}
    assert needed == set(sources)


def test_it_starts_the_demo_for_every_address_of_the_container() -> None:
    python, option, module, *words = started()
    assert (python, option, module) == ("python", "-m", "anaplan_frames.sandbox")
    assert Path(ROOT, *module.split("."), "__main__.py").exists()
    parsed = sandbox.make_context("sandbox", words).params
    assert (parsed["demo"], parsed["host"]) == (True, "0.0.0.0")
    assert str(parsed["port"]) == only("EXPOSE")
    assert only("EXPOSE") in only("HEALTHCHECK")


def test_it_does_not_run_as_root() -> None:
    words = [each.word for each in instructions()]
    assert words.index("RUN") < words.index("USER") < words.index("ENTRYPOINT")
    assert f"useradd --create-home {only('USER')}" in [
        each.rest for each in instructions() if each.word == "RUN"
    ]
