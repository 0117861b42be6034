"""The caller's columns and arguments matched to the dimensions and line items of a module."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from anaplan_frames.cells.item_keys import ITEM_KEYS, ItemKey
from anaplan_frames.cells.view_shape import Axes, CellColumn
from anaplan_frames.dataframes.sources import Source
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.lookup import find_id
from anaplan_frames.messages import close_names, near_names
from anaplan_frames.writes.column_mapping import check_mapping, suggested
from anaplan_frames.writes.columns import Matching, match_columns, warn_of_unused_columns

MatchBy = ItemKey | Mapping[str, ItemKey] | None

LINE_ITEMS, VALUE = "Line items", "Value"
"""The columns of line items and values, as Anaplan names them if there is one value in a row."""


@dataclass(frozen=True, slots=True)
class CellMatching:
    """Which of the caller's columns goes where.

    Attributes
    ----------
    matching : Matching
        The headers are the names of dimensions and line items, or of dimensions, the line items'
        column and the values'.
    single : bool
        Whether line items and values are in two columns.
    unfed : tuple of str
        Line items that have no column.
    """

    matching: Matching
    single: bool
    unfed: tuple[str, ...]

    @property
    def positions(self) -> dict[str, int]:
        """The positions of the columns by header."""
        pairs = zip(self.matching.headers, self.matching.positions, strict=True)
        return {header: position for header, position in pairs if position is not None}

    def warn_of_unused(self, label: str, known: Collection[str] = ()) -> None:
        """Warn of columns that are left out, but for those that are said otherwise."""
        unused = [name for name in self.matching.unused if name not in known]
        warn_of_unused_columns(label, unused, self.unfed)


def match_cell_columns(
    source: Source,
    columns: Sequence[CellColumn],
    axes: Axes,
    mapping: Mapping[str, str],
    label: str,
) -> CellMatching:
    """Find the columns of the dimensions, and of those line items that have one.

    Parameters
    ----------
    source : Source
        The caller's rows.
    columns : sequence of CellColumn
        Those of the module, without the dimensions whose item ``fixed=`` gives.
    axes : Axes
        All dimensions of the module.
    mapping : mapping of str to str
        The caller's column -> dimension or line item.
    label : str
        The module in words.

    Raises
    ------
    ColumnMismatch
        If a dimension has no column, or no line item has one.
    """
    names = [column.name for column in columns]
    fed = {mapping.get(name, name) for name in source.columns}
    needed = [column.name for column in columns if column.kind == "dimension"]
    items = [column.name for column in columns if column.kind == "line item"]
    single = _single_columns(fed, names)
    takes = [*needed, *single] if single else names
    check_mapping(mapping, takes, label, source.columns, source.index_names)
    found = list(single) or [name for name in items if name in fed]
    unused = [name for name in source.columns if mapping.get(name, name) not in takes]
    _refuse_fixed(unused, axes)
    absent = [name for name in needed if name not in fed]
    if absent:
        raise _absent_error(absent, unused, source, label)
    if not found:
        warn_of_unused_columns(label, unused, items)
        raise _nothing_error(items, unused, source, label)
    matching = match_columns(source.columns, [*needed, *found], mapping, label)
    unfed = () if single else tuple(name for name in items if name not in fed)
    return CellMatching(matching, bool(single), unfed)


def _absent_error(
    absent: Sequence[str], unused: Sequence[str], source: Source, label: str
) -> ColumnMismatch:
    """Say which dimensions have no column, and what to type."""
    facts = source.attrs.get("anaplan")
    if isinstance(facts, Mapping) and facts.get("layout") == "grid":
        return ColumnMismatch(
            f"The data is a cross table, as layout='grid' reads it, and {label} takes one column "
            "per dimension. Read it with layout='table', change that, and write it."
        )
    one = next((name for name in absent if not close_names(name, unused)), absent[0])
    return ColumnMismatch(
        f"The data has no column {', '.join(map(repr, absent))}, which {label} needs."
        f"{suggested(unused, absent, source.index_names)} If all rows are of one item, give it "
        f"with fixed={{{one!r}: 'item'}}."
    )


def _nothing_error(
    items: Sequence[str], unused: Sequence[str], source: Source, label: str
) -> ColumnMismatch:
    """Say that no line item has a column, and what to type."""
    near = next(filter(None, (near_names(name, items) for name in unused)), "")
    return ColumnMismatch(
        f"The data has no column of a line item of {label}: there is nothing to write.{near} Its "
        f"line items are {', '.join(map(repr, items))}."
        f"{suggested(unused, items, source.index_names)}"
    )


def _single_columns(fed: Iterable[str], names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the columns of line items and values, if the data has both."""
    folded = {name.strip().casefold(): name for name in fed if name not in names or name == VALUE}
    found = [folded.get(name.casefold()) for name in (LINE_ITEMS, VALUE)]
    return tuple(name for name in found if name is not None) if all(found) else ()


def _refuse_fixed(unused: Sequence[str], axes: Axes) -> None:
    """Refuse a column of a dimension whose item ``fixed=`` gives."""
    both = {dimension.name for dimension in axes.dimensions} & set(unused)
    if both:
        names = ", ".join(map(repr, sorted(both)))
        raise ColumnMismatch(
            f"fixed= gives the item of {names}, but the data has a column for that, too. Leave "
            "one of the two out."
        )


def fixed_items(fixed: Mapping[str, str], axes: Axes, label: str) -> dict[str, str]:
    """Return the items that ``fixed=`` gives, as texts, by the id of their dimension."""
    return {_dimension_id(str(key), axes, label): str(item) for key, item in fixed.items()}


def keys_by_dimension(match_by: MatchBy, axes: Axes, label: str) -> dict[str, tuple[ItemKey, ...]]:
    """Return the keys that ``match_by=`` gives, by the id of their dimension."""
    if match_by is None:
        return {}
    if isinstance(match_by, str):
        match_by = {dimension.id: match_by for dimension in axes.dimensions}
    return {_dimension_id(str(name), axes, label): (key,) for name, key in match_by.items()}


def check_match_by(match_by: object) -> None:
    """Refuse words that are not keys, before anything is read.

    Raises
    ------
    TypeError, ValueError
        If it is neither a key nor a mapping to keys.
    """
    if match_by is not None and not isinstance(match_by, str | Mapping):
        raise TypeError(
            "match_by must be 'name', 'code' or 'id', or a dict of them by dimension, "
            f"not {type(match_by).__name__}"
        )
    keys = match_by.values() if isinstance(match_by, Mapping) else filter(None, [match_by])
    for key in keys:
        if key not in ITEM_KEYS:
            raise ValueError(f"match_by must be 'name', 'code' or 'id', not {key!r}")


def _dimension_id(key: str, axes: Axes, label: str) -> str:
    names = {dimension.id: dimension.name for dimension in axes.dimensions}
    return find_id(key, names, kind="dimensions", owner=f"of {label}")
