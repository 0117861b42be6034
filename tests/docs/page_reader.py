"""A reader who follows a page: runs its blocks in their order, and compares what comes.

It imports nothing of the repository, so that it also runs where only the package is installed:
``python tests/docs/page_reader.py docs/quick-start.md``, in an empty folder.
"""

from __future__ import annotations

import ast
import io
import os
import re
import shlex
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r"^```(python|console)\n(.*?)^```$(?:\n+^```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE
)
# A block that begins so is a file, which the reader saves.
_FILE = re.compile(r"# (\w+\.py)\n")
# What differs from run to run.
_MASKS = (
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://127.0.0.1:PORT"),
    (re.compile(r"\b[0-9A-F]{32}\b|\bid=\d+"), "ID"),
    (re.compile(r"\b\d+(\.\d+)? ?s(econds)?\b"), "SECONDS"),
    (re.compile(r'"seconds": \d+(\.\d+)?'), '"seconds": SECONDS'),
    (re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?)?"), "TIME"),
    (re.compile(r"\S+/anaplan-frames/profiles\.toml"), "profiles.toml"),
)


@dataclass(frozen=True)
class Block:
    """A block of a page that a reader runs, and the output that is shown under it."""

    language: str
    code: str
    shown: str | None

    @property
    def file(self) -> str | None:
        """The name of the file that the block is, if it is one."""
        found = _FILE.match(self.code) if self.language == "python" else None
        return found[1] if found else None


def blocks_of(page: str) -> Iterator[Block]:
    """Yield the blocks of a page that are run."""
    for found in BLOCK.finditer((ROOT / page).read_text("utf-8")):
        yield Block(*found.groups())


def follow(page: str) -> int:
    """Run the blocks of a page in the working folder; fail if another output comes."""
    namespace, blocks = new_namespace(), list(blocks_of(page))
    for block in blocks:
        shown = block.code if block.language == "console" else block.shown or ""
        assert masked(output_of(block, namespace)) == masked(shown), block.code
    return len(blocks)


def new_namespace() -> dict[str, Any]:
    """Return what a page begins with."""
    return {"__name__": "__main__"}


def output_of(block: Block, namespace: dict[str, Any]) -> str:
    """Run a block, or save it if it is a file; return what comes."""
    if block.language == "console":
        return console_output(block.code)
    if block.file:
        Path(block.file).write_text(block.code, "utf-8")
        return ""
    return run_python(block.code, namespace)


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
        if line.startswith("$ export "):
            os.environ |= dict(each.split("=", 1) for each in shlex.split(line)[2:])
            lines.append(line + "\n")
        elif line.startswith("$ "):
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


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(f"{name}: {follow(name)} blocks")
