"""Which column of the data each field of a row in a file is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldLayout:
    """The fields of a row.

    Attributes
    ----------
    headers : tuple of str
        The file's headers, in its order.
    positions : tuple of (int or None)
        For each header the position of the data's column. None is left empty, which only a header
        that is itself empty may be.
    """

    headers: tuple[str, ...]
    positions: tuple[int | None, ...]

    @property
    def needed(self) -> frozenset[int]:
        """The positions of the data's columns that are sent."""
        return frozenset(position for position in self.positions if position is not None)
