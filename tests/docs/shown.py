"""Pages whose examples show their output: run, and compared."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

import pandas as pd

from tests.docs.pages import ROOT

_BLOCK = re.compile(r"```python\n(.*?)```(?:\n+```text\n(.*?)```)?", re.DOTALL)


def examples(page: str) -> Iterator[tuple[str, str | None]]:
    """Yield the Python examples of a page, each with the output that is shown below it."""
    for code, shown in _BLOCK.findall((ROOT / page).read_text("utf-8")):
        yield code, shown or None


def output_of(code: str, namespace: dict[str, Any]) -> str:
    """Run an example, and return what it prints, or else its last expression as text."""
    *statements, last = ast.parse(code).body
    printed = io.StringIO()
    value: object = None
    with redirect_stdout(printed), pd.option_context("display.width", 160):
        exec(compile(ast.Module(statements, []), "<page>", "exec"), namespace)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "<page>", "eval"), namespace)
        else:
            exec(compile(ast.Module([last], []), "<page>", "exec"), namespace)
        return printed.getvalue() or f"{value}\n"
