"""Checks of the dialects of files and exports."""

from __future__ import annotations

import codecs


def check_dialect(label: str, separator: str, delimiter: str, encoding: str) -> None:
    """Raise ValueError, naming `label`, if the sandbox cannot read and write such a dialect."""
    if len(separator) != 1 or not separator.isascii() or separator in "\r\n":
        raise ValueError(f"The separator {separator!r} of {label} must be one ASCII character.")
    if len(delimiter) > 1 or not delimiter.isascii() or delimiter in ("\r", "\n", separator):
        raise ValueError(
            f"The delimiter {delimiter!r} of {label} must be one ASCII character that is not the"
            " separator, or empty for none."
        )
    python_codec(encoding, label)


def python_codec(encoding: str, label: str = "the file") -> str:
    """Return Python's name of an encoding.

    Raises
    ------
    ValueError
        If there is no such encoding.
    """
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise ValueError(
            f"The encoding {encoding!r} of {label} is unknown. Use one such as UTF-8."
        ) from None
