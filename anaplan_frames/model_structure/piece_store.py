"""Where the pieces of a model's structure are kept: a snapshot's folder, or memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

NOT_READ = "not_read"
"""The only key of a piece that could not be read; its value says why."""


class PieceStore(Protocol):
    """Pieces of JSON by name, such as ``lists/101000000001.json``."""

    def has(self, piece: str) -> bool:
        """Return whether a piece is there, or a note that it cannot be read."""

    def read(self, piece: str) -> dict[str, Any]:
        """Return a piece of JSON."""

    def write(self, piece: str, content: Mapping[str, Any]) -> None:
        """Write a piece of JSON."""

    def note(self, piece: str, why: str) -> None:
        """Note why a piece cannot be read."""


class KeptPieces:
    """Pieces in memory."""

    def __init__(self) -> None:
        self._pieces: dict[str, dict[str, Any]] = {}

    def has(self, piece: str) -> bool:
        """Return whether a piece is there, or a note that it cannot be read."""
        return piece in self._pieces

    def read(self, piece: str) -> dict[str, Any]:
        """Return a piece."""
        return self._pieces[piece]

    def write(self, piece: str, content: Mapping[str, Any]) -> None:
        """Keep a piece."""
        self._pieces[piece] = dict(content)

    def note(self, piece: str, why: str) -> None:
        """Note why a piece cannot be read."""
        self.write(piece, {NOT_READ: why})
