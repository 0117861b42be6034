"""Texts that others have written, shown so that they cannot steer a terminal."""

from __future__ import annotations

import unicodedata

_KEPT = "\n\t"
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that nobody sees: control, format, surrogate, separators."""


def visible(text: str) -> str:
    r"""Return a text with what a terminal would obey or hide written out, such as ``\x1b``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in HIDDEN:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
