"""What the message and the error code of a run say: how many rows, and what went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator

PARTIAL_SUCCESS = 38
"""The code of a run that was successful although rows were rejected."""

# CloudWorks documents no codes. These were seen together with a cause; 35 and 39 without one.
_MEANINGS = {
    12: "a value does not have the data type that the import expects",
    PARTIAL_SUCCESS: "some rows were rejected",
}
_WORDS = {
    "rows_loaded": "successful(?:ly)?|succeeded|success|loaded|imported|processed",
    "rows_rejected": "failed|failures?|rejected|errors?",
    "rows_ignored": "ignored|skipped",
}
_NUMBER = r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d+)(?![\d%])"
_ROWS = r"(?:\s+(?:rows?|records?|lines?|count))?"
_SPLIT = r"(?:\s*\((\d+)/(\d+)\))?"  # created and updated
_OF = r"(?:\s+(?:of|out of)\s+\d[\d,]*)?"
_BEFORE = {
    name: re.compile(
        rf"{_NUMBER}{_SPLIT}{_OF}{_ROWS}(?:\s+(?:was|were|have|has|been))*\s+(?:{words})\b", re.I
    )
    for name, words in _WORDS.items()
}
_AFTER = {
    name: re.compile(rf"\b(?:{words}){_ROWS}\s*[:=]\s*{_NUMBER}", re.I)
    for name, words in _WORDS.items()
}


def counts_in(message: str) -> dict[str, int]:
    """Return the counts of rows in the message of a run.

    A run of which rows were rejected is successful and has its counts in the message. The form is
    not documented. Numbers next to a word for loaded, rejected or ignored rows are taken, as in
    ``"Staff: 9 (4/5) rows successful, 1 failed, 0 ignored"`` or ``"Failed rows: 1"``; those of
    several targets are added.

    Returns
    -------
    dict of str to int
        Some of ``rows_loaded``, ``rows_created``, ``rows_updated``, ``rows_rejected``,
        ``rows_ignored`` and ``rows_sent``, which is the sum of what is loaded, rejected, ignored.

    Examples
    --------
    >>> counts_in("Staff: 9 (4/5) rows successful, 1 failed")["rows_rejected"]
    1
    """
    counts: dict[str, int] = {}
    for name, number in _numbers(message):
        counts[name] = counts.get(name, 0) + number
    if counts:
        counts["rows_sent"] = sum(counts.get(name, 0) for name in _WORDS)
    return counts


def _numbers(message: str) -> Iterator[tuple[str, int]]:
    for name in _WORDS:
        found = list(_BEFORE[name].finditer(message))
        for match in found:
            yield name, _whole(match[1])
            if name == "rows_loaded" and match[2]:
                yield "rows_created", _whole(match[2])
                yield "rows_updated", _whole(match[3])
        if not found:
            for match in _AFTER[name].finditer(message):
                yield name, _whole(match[1])


def _whole(text: str) -> int:
    return int(text.replace(",", ""))


def meaning_of(code: int | None) -> str:
    """Return what an ``executionErrorCode`` means, in words; empty if that is not known."""
    return "" if code is None else _MEANINGS.get(code, "")


def explained(message: str, code: int | None) -> str:
    """Return the message of a run with its code and what that means."""
    if code is None:
        return message
    meaning = meaning_of(code)
    return f"{message} (error code {code}{meaning and f': {meaning}'})"
