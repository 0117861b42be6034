"""A reader who follows a page: runs its blocks in their order, and compares what comes."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import fsspec
import pandas as pd

from anaplan_frames.integrations.filesystem import AnaplanFileSystem
from tests.docs.pages import ROOT

BLOCK = re.compile(
    r"^```(python|console)\n(.*?)^```$(?:\n+^```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE
)
# What differs from run to run.
_MASKS = (
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://127.0.0.1:PORT"),
    (re.compile(r"\b[0-9A-F]{32}\b"), "ID"),
    (re.compile(r"\b\d+(\.\d+)? s(econds)?\b"), "SECONDS"),
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?"), "TIME"),
)


@dataclass(frozen=True)
class Block:
    """A block of a page that a reader runs, and the output that is shown under it."""

    language: str
    code: str
    shown: str | None


def blocks_of(page: str) -> Iterator[Block]:
    """Yield the blocks of a page that are run."""
    for found in BLOCK.finditer((ROOT / page).read_text("utf-8")):
        yield Block(*found.groups())


def follow(page: str) -> None:
    """Run the blocks of a page in the working folder; fail if another output comes."""
    namespace = new_namespace()
    for block in blocks_of(page):
        if block.language == "console":
            came = console_output(block.code)
            assert masked(came) == masked(block.code), block.code
        else:
            came = run_python(block.code, namespace)
            assert masked(came) == masked(block.shown or ""), block.code


def new_namespace() -> dict[str, Any]:
    """Return what a page begins with; URLs work as if the package were installed."""
    fsspec.register_implementation("anaplan", AnaplanFileSystem, clobber=True)
    return {"__name__": "__main__"}


def masked(text: str) -> list[str]:
    """Return the words of each line without what differs from run to run, or between pandas'."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return [" ".join(line.split()) for line in text.strip().splitlines()]


def run_python(code: str, namespace: dict[str, Any]) -> str:
    """Run a block as a notebook does; return what it prints, and its last value as text."""
    *statements, last = ast.parse(code).body
    is_value = isinstance(last, ast.Expr)
    printed = io.StringIO()
    with (
        redirect_stdout(printed),
        pd.option_context("display.width", 120, "display.max_columns", 20),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("error")
        before = ast.Module(statements if is_value else [*statements, last], [])
        exec(compile(before, "<page>", "exec"), namespace)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "<page>", "eval"), namespace)
            if value is not None:
                print(repr(value))
    return printed.getvalue()


def console_output(block: str) -> str:
    """Run the commands of a block; return them with what they print, as a terminal shows it."""
    lines = []
    for line in block.splitlines():
        if line.startswith("$ "):
            ended = subprocess.run(
                ["bash", "-c", line[2:]],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=120,
                check=False,
            )
            lines += [line + "\n", ended.stdout]
    return "".join(lines)
