"""The argument ``mapping=`` of writes: checked, and suggested with the line to type."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.messages import close_names, near_names


def named_mapping(mapping: Mapping[Hashable, str] | None) -> dict[str, str]:
    """Return ``mapping=`` with columns called as they are in a source: by the text of the label.

    Raises
    ------
    TypeError
        If it is not a mapping of columns to names.
    """
    if mapping is None:
        return {}
    if not isinstance(mapping, Mapping):
        raise TypeError(
            "mapping must be a dict, {'your column': 'its name in Anaplan'}, "
            f"not {type(mapping).__name__}"
        )
    for column, header in mapping.items():
        if not isinstance(header, str):
            raise TypeError(
                f"mapping sends the column {column!r} to {header!r}, but a name in Anaplan "
                "must be a str"
            )
    return {str(column): header for column, header in mapping.items()}


def check_mapping(
    mapping: Mapping[str, str],
    takes: Sequence[str],
    label: str,
    columns: Sequence[str] | None = None,
    index_names: Sequence[str] = (),
) -> None:
    """Refuse a mapping from a column that is not there, or to one that cannot be written.

    Parameters
    ----------
    mapping : mapping of str to str
        The caller's column -> the column that is written.
    takes : sequence of str
        The columns that can be written.
    label : str
        The target in words.
    columns : sequence of str, optional
        The data's columns; without, only what is written is checked.
    index_names : sequence of str
        Names in the data's index, if that is not sent.

    Raises
    ------
    ColumnMismatch
        Shows the line to type, if what is meant can be guessed.
    """
    known = mapping if columns is None else columns
    for column, header in mapping.items():
        if column in known and header in takes:
            continue
        if column not in known:
            if column in takes and header in known:
                raise ColumnMismatch(
                    f"The mapping names {column!r} first, which is a column of {label}. The "
                    f"column of your data comes first: {mapping_line({header: column})}."
                )
            hint = _missing_column(column, header, known, index_names)
            raise ColumnMismatch(
                f"The mapping names {column!r}, which is not a column of the data.{hint}"
            )
        near = close_names(header, takes)
        line = f" Write {mapping_line({column: near[0]})}." if len(near) == 1 else ""
        raise ColumnMismatch(
            f"The mapping sends {column!r} to {header!r}, which is not a column of {label} "
            f"that can be written.{near_names(header, takes)}{line} These can: "
            f"{', '.join(map(repr, takes))}."
        )


def mapping_line(pairs: Mapping[str, str]) -> str:
    """Return the argument as it is typed: ``mapping={'Employee': 'name'}``."""
    return f"mapping={dict(pairs)!r}"


def suggested(columns: Iterable[str], wanted: Iterable[str], index_names: Sequence[str]) -> str:
    """Return a sentence with what to type so that columns of the data feed those that are wanted.

    Parameters
    ----------
    columns : iterable of str
        The data's columns that feed nothing.
    wanted : iterable of str
        The columns of the target that are not fed.
    index_names : sequence of str
        Names in the data's index, if that is not sent.

    Returns
    -------
    str
        With a space before it.
    """
    targets = list(wanted)
    in_index = [name for name in index_names if name in targets]
    if in_index:
        named = " and ".join(map(repr, in_index))
        return f" The index of the data has {named}: add index=True."
    free = list(columns)
    pairs = {found[0]: name for name in targets if len(found := close_names(name, free)) == 1} or {
        "your column": targets[0] if targets else "its name"
    }
    return f" If only the names differ, pass {mapping_line(pairs)}."


def _missing_column(
    column: str, header: str, columns: Iterable[str], index_names: Sequence[str]
) -> str:
    if column in index_names:
        return " It is in the index of the data: add index=True."
    near = close_names(column, columns)
    line = f" Write {mapping_line({near[0]: header})}." if len(near) == 1 else ""
    return f"{near_names(column, columns)}{line}"
