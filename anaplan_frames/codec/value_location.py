"""Where in the caller's data a column of a batch stands, so that an error can name the row."""

from __future__ import annotations

from dataclasses import dataclass

from anaplan_frames.errors import EncodingError

_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class ValueLocation:
    """A column of one batch.

    Attributes
    ----------
    column : str
        The caller's name of it.
    first_row : int
        Position of the batch's first row in the whole data, counted from 0.
    """

    column: str
    first_row: int

    def encoding_error(self, position: int, text: str, why: str) -> EncodingError:
        """Make the error for the value at `position` of the batch; `why` ends the sentence."""
        row = self.first_row + position
        return EncodingError(
            f"Column {self.column!r}, row {row}: {shortened(text)} {why}",
            column=self.column,
            row=row,
            text=text,
        )


def shortened(text: str) -> str:
    """Return the repr of a text, cut if it is too long for a message."""
    if len(text) <= _LONGEST_SHOWN:
        return repr(text)
    return f"{text[:_LONGEST_SHOWN]!r}... ({len(text):,} characters)"
