"""The instructions of the Dockerfile."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Instruction:
    """One instruction: ``RUN``, and what comes after it."""

    word: str
    rest: str


def instructions() -> list[Instruction]:
    """Read the Dockerfile; lines that end in a backslash go on."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [Instruction(*re.split(r"\s+", line, maxsplit=1)) for line in lines]


def only(word: str) -> str:
    """Return what comes after the one instruction of this word."""
    (found,) = [each.rest for each in instructions() if each.word == word]
    return found
