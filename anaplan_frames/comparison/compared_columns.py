"""Which columns of two tables are compared, and what they are called in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.messages import listed, near_names
from anaplan_frames.writes.column_mapping import mapping_line, suggested


@dataclass(frozen=True)
class ComparedColumns:
    """What is compared, by the new table's names.

    Attributes
    ----------
    keys, compared : list of str
    names_old : mapping
        The old table's name of each.
    """

    keys: list[str]
    compared: list[str]
    names_old: Mapping[str, str]


def compared_columns(
    old: Sequence[str],
    new: Sequence[str],
    keys: Sequence[str],
    columns: Sequence[str] | None,
    mapping: Mapping[str, str],
    index_names: Sequence[Sequence[str]] = ((), ()),
) -> ComparedColumns:
    """Choose the columns, and check that both tables have them once.

    Parameters
    ----------
    old, new : sequence of str
        The columns of the tables.
    keys : sequence of str
        The columns of the key, by the new table's names, as are all below.
    columns : sequence of str, optional
        The columns to compare; by default all that are not of the key.
    mapping : mapping of str to str
        Columns of the old table -> of the new one.
    index_names : two sequences of str
        The names in the index of the old and the new table.

    Raises
    ------
    ColumnMismatch
        Names the column, and what is meant, perhaps.
    """
    _check_mapping(mapping, old, new)
    renamed = [mapping.get(name, name) for name in old]
    wanted = [*keys, *(columns or ())]
    for side, names, index in zip(("old", "new"), (renamed, new), index_names, strict=True):
        _check_index(wanted, names, index, side)
        check_columns(wanted, names, f"{side} table", mapping)
    if columns is None:
        _check_same(renamed, new)
    compared = [name for name in dict.fromkeys(columns or renamed) if name not in keys]
    check_columns(compared, new, "new table")
    check_columns(compared, renamed, "old table")
    return ComparedColumns(list(keys), compared, dict(zip(renamed, old, strict=True)))


def check_columns(
    names: Sequence[str],
    there: Sequence[str],
    owner: str,
    mapping: Mapping[str, str] | None = None,
) -> None:
    """Refuse names that are not among the columns, or that two columns have.

    Raises
    ------
    ColumnMismatch
        Suggests near names.
    """
    for name in names:
        if name in (mapping or {}) and name not in there:
            raise ColumnMismatch(
                f"The column {name!r} of the old table is mapped to {(mapping or {})[name]!r}. "
                "key= and columns= take the new table's names: write "
                f"{(mapping or {})[name]!r}."
            )
        if name not in there:
            raise ColumnMismatch(
                f"The {owner} has no column {name!r}.{near_names(name, there)} "
                f"Columns are: {listed(there)}."
            )
        if list(there).count(name) > 1:
            raise ColumnMismatch(f"The {owner} has two columns {name!r}. Rename one of them.")


def _check_index(
    names: Sequence[str], there: Sequence[str], index: Sequence[str], side: str
) -> None:
    for name in names:
        if name not in there and name in index:
            raise ColumnMismatch(
                f"{name!r} is in the index of the {side} table, and not a column. Call "
                ".reset_index() on it first."
            )


def check_mapping_types(mapping: object) -> dict[str, str]:
    """Return ``mapping=`` as a dict of texts.

    Raises
    ------
    TypeError
        If it is not a mapping of texts.
    """
    if mapping is None:
        return {}
    if not isinstance(mapping, Mapping):
        raise TypeError(
            "mapping must be a dict, {'column of old': 'column of new'}, "
            f"not {type(mapping).__name__}."
        )
    for name in mapping.values():
        if not isinstance(name, str):
            raise TypeError(f"mapping must name a column of new, a str, not {name!r}.")
    return {str(before): after for before, after in mapping.items()}


def _check_mapping(mapping: Mapping[str, str], old: Sequence[str], new: Sequence[str]) -> None:
    for before, after in mapping.items():
        if before not in old:
            if before in new and after in old:
                raise ColumnMismatch(
                    f"mapping names {before!r} first, which is a column of the new table. The old "
                    f"table's column comes first: {mapping_line({after: before})}."
                )
            raise ColumnMismatch(
                f"mapping names {before!r}, which is not a column of the old table."
                f"{near_names(before, old)} Columns are: {listed(old)}."
            )
        if after not in new:
            raise ColumnMismatch(
                f"mapping sends {before!r} to {after!r}, which is not a column of the new table."
                f"{near_names(after, new)} Columns are: {listed(new)}."
            )
    targets: dict[str, str] = {}
    for name in old:
        target = mapping.get(name, name)
        if target in targets and (name in mapping or targets[target] in mapping):
            raise ColumnMismatch(
                f"Two columns of the old table, {targets[target]!r} and {name!r}, would be "
                f"compared with {target!r}. Change mapping, or leave one of them out of the table."
            )
        targets[target] = name


def _check_same(old: Sequence[str], new: Sequence[str]) -> None:
    """Refuse tables with different columns, if none are chosen."""
    only_old, only_new = ([n for n in a if n not in b] for a, b in ((old, new), (new, old)))
    said = [
        f"only the {side} one has {listed(names)}"
        for side, names in (("old", only_old), ("new", only_new))
        if names
    ]
    if said:
        hint = suggested(only_old, only_new, ()) if only_old and only_new else ""
        raise ColumnMismatch(
            f"The tables have different columns: {', '.join(said)}. Name the columns to compare "
            f"with columns=.{hint}"
        )
