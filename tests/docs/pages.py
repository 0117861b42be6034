"""The pages of the documentation."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def blocks(name: str) -> list[str]:
    """Return the Python examples of a page."""
    return re.findall(r"```python\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)


def examples(name: str) -> list[tuple[str, str]]:
    """Return the Python examples of a page that show an output, each with what it prints."""
    pattern = r"```python\n((?:(?!```).)*)```\n+```\n((?:(?!```).)*)```"
    return re.findall(pattern, (ROOT / name).read_text("utf-8"), re.DOTALL)
