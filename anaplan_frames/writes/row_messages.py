"""Why rows were rejected: messages by row."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def add_message(messages: dict[Key, str], key: Key, text: str) -> None:
    """Add a message to those of a row or item, on a line of its own."""
    known = messages.get(key)
    messages[key] = f"{known}\n{text}" if known else text
