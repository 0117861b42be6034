"""The reference has every public name, and every public name says what it is."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from typing import Any

import pytest

from tests.docs.pages import ROOT

MODULES = ("anaplan_frames", "anaplan_frames.sandbox", "anaplan_frames.aio")
_LISTED = re.compile(r"currentmodule:: (\S+)\n.*?:toctree: generated\n\n((?: +\S+\n)+)", re.DOTALL)


def listed() -> dict[str, list[str]]:
    """Return the names in the reference by module."""
    found: dict[str, list[str]] = {}
    for page in (ROOT / "docs/reference").glob("*.md"):
        for module, names in _LISTED.findall(page.read_text("utf-8")):
            found.setdefault(module, []).extend(names.split())
    return found


@pytest.mark.parametrize("module", MODULES)
def test_the_reference_lists_each_public_name_once(module: str) -> None:
    assert sorted(listed()[module]) == sorted(import_module(module).__all__)


def public_members() -> list[tuple[str, Any]]:
    found = []
    for module in MODULES:
        for name in import_module(module).__all__:
            owner = getattr(import_module(module), name)
            found.append((name, owner))
            if inspect.isclass(owner) and not issubclass(owner, BaseException):
                found += [
                    (f"{name}.{key}", getattr(owner, key))
                    for key in dir(owner)
                    if not key.startswith("_") and _is_ours(owner, key)
                ]
    return found


def _is_ours(owner: type, key: str) -> bool:
    """Whether a member is defined in this package, and is a method or a property."""
    home = next(base for base in owner.__mro__ if key in vars(base))
    member = vars(home)[key]
    is_code = callable(member) or isinstance(member, property | classmethod | staticmethod)
    return home.__module__.startswith("anaplan_frames") and is_code


def test_every_public_name_says_what_it_is() -> None:
    silent = [name for name, member in public_members() if not inspect.getdoc(member)]
    assert not silent


def test_the_page_about_troubles_has_every_error() -> None:
    page = (ROOT / "docs/troubleshooting.md").read_text("utf-8")
    module = import_module("anaplan_frames")
    raised = [
        name
        for name in module.__all__
        if inspect.isclass(getattr(module, name)) and issubclass(getattr(module, name), Exception)
    ]
    assert [n for n in raised if f"`{n}" not in page and not n.endswith("Warning")] == []
