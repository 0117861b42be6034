"""The argument ``mapping=`` of writes, checked against the columns that can be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.messages import near_names


def check_mapping(mapping: Mapping[str, str], takes: Sequence[str], label: str) -> None:
    """Refuse a mapping to a column that cannot be written.

    Parameters
    ----------
    mapping : mapping of str to str
        The caller's column -> the column that is written.
    takes : sequence of str
        The columns that can be written.
    label : str
        The target in words.
    """
    for column, header in mapping.items():
        if header not in takes:
            raise ColumnMismatch(
                f"The mapping sends {column!r} to {header!r}, which is no column of {label} that "
                f"can be written.{near_names(str(header), takes)} These can: "
                f"{', '.join(map(repr, takes))}."
            )
