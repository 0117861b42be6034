"""Why rows were rejected: messages by row, and as a last column of the rows."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

import pandas as pd

Key = TypeVar("Key", bound=Hashable)


def add_message(messages: dict[Key, str], key: Key, text: str) -> None:
    """Add a message to those of a row or item, on a line of its own."""
    known = messages.get(key)
    messages[key] = f"{known}\n{text}" if known else text


def with_messages(frame: pd.DataFrame, messages: Sequence[str]) -> pd.DataFrame:
    """Add the column ``error``; where the caller's data has one, it is ``anaplan_error``."""
    name = "anaplan_error" if "error" in frame else "error"
    return frame.assign(**{name: list(messages)})
