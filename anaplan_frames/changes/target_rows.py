"""How rows become texts for a target, and which columns identify its cells or items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from anaplan_frames.bulk.file_targets import FileTarget
from anaplan_frames.bulk.imports import Import
from anaplan_frames.cells.cell_matching import match_cell_columns
from anaplan_frames.cells.modules import Module
from anaplan_frames.cells.view_description import ViewDescription
from anaplan_frames.cells.write_target import write_target
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.dataframes.sources import Source
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.lists.key_columns import check_key, writable_columns
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.lists.lists import List
from anaplan_frames.messages import near_names
from anaplan_frames.writes.column_mapping import check_mapping
from anaplan_frames.writes.columns import Matching, match_columns

Target: TypeAlias = Import | List | Module
_ITEM_KEYS = ("id", "code", "name")


@dataclass(frozen=True, slots=True)
class TargetRows:
    """The rows of some data, as they would be sent.

    Attributes
    ----------
    label : str
        The target in words.
    encoder : Encoder
        Makes the texts.
    headers : tuple of str
        Anaplan's names of the columns that are sent.
    key : tuple of int
        The positions of the headers which make the key.
    key_columns : tuple of str
        The names of their columns in the data.
    """

    label: str
    encoder: Encoder
    headers: tuple[str, ...]
    key: tuple[int, ...]
    key_columns: tuple[str, ...]

    @property
    def key_headers(self) -> tuple[str, ...]:
        """Anaplan's names of the columns of the key."""
        return tuple(self.headers[place] for place in self.key)

    @property
    def facts(self) -> dict[str, Any]:
        """What must be the same for the digests of keys to be of use."""
        return {"key": list(self.key_headers), "dialect": asdict(self.encoder.dialect)}


def rows_of_file(
    target: FileTarget,
    label: str,
    source: Source,
    key: Sequence[str],
    mapping: Mapping[str, str],
) -> TargetRows:
    """Match data to the file of an import; the errors are those of `to_anaplan`."""
    headers = target.headers or tuple(source.columns)
    matching = match_columns(source.columns, headers, mapping, target.label)
    return _rows(source, matching, key, label, target.dialect)


def rows_of_list(
    lst: List, source: Source, key: Sequence[str], mapping: Mapping[str, str]
) -> TargetRows:
    """Match data to a list.

    Raises
    ------
    ColumnMismatch
        If the key is not the column of the items' ids, codes or names.
    """
    described = ListDescription.fetch(lst.catalogue, lst.info)
    takes = writable_columns(described, "upsert")
    check_mapping(mapping, takes, lst.label, source.columns, source.index_names)
    fed = {mapping.get(name, name) for name in source.columns}
    headers = [name for name in takes if name in fed]
    if not headers:
        raise ColumnMismatch(
            f"The data has none of the columns of {lst.label} that can be written: "
            f"{', '.join(map(repr, takes))}."
        )
    matching = match_columns(source.columns, headers, mapping, lst.label)
    rows = _rows(source, matching, key, lst.label, Dialect())
    if len(rows.key) != 1 or rows.key_headers[0] not in _ITEM_KEYS:
        raise ColumnMismatch(
            f"key= of {lst.label} must be one column: that of the items' 'code', 'name' or 'id', "
            f"not {', '.join(map(repr, rows.key_headers))}."
        )
    check_key(rows.key_headers[0], described)
    return rows


def rows_of_module(
    module: Module, source: Source, key: Sequence[str], mapping: Mapping[str, str]
) -> TargetRows:
    """Match data to a module, or to line items of it with dimensions of their own.

    Raises
    ------
    ColumnMismatch
        If the key is not the columns of all dimensions.
    """
    view = ViewDescription.fetch(module.catalogue, module.id, module.module_id, module.label)
    view = write_target(view, source.columns, mapping).view
    cells = view.cells
    found = match_cell_columns(source, cells.columns, view.axes, mapping, module.label)
    rows = _rows(source, found.matching, key, module.label, Dialect())
    wanted = {column.name for column in cells.columns if column.kind == "dimension"}
    if found.single:
        wanted.add(found.matching.headers[-2])
    _check_dimensions(rows, wanted)
    return rows


def _check_dimensions(rows: TargetRows, wanted: set[str]) -> None:
    """Refuse a key that is not exactly what identifies a cell."""
    strange = [name for name in rows.key_headers if name not in wanted]
    if strange:
        raise ColumnMismatch(
            f"key= names {', '.join(map(repr, strange))}, which is not a dimension of "
            f"{rows.label}. Its dimensions are {', '.join(map(repr, sorted(wanted)))}: name the "
            "columns of all of them, and no other."
        )
    missing = sorted(wanted - set(rows.key_headers))
    if missing:
        raise ColumnMismatch(
            f"key= must name the columns of all dimensions of {rows.label}, and leaves out "
            f"{', '.join(map(repr, missing))}."
        )


def _rows(
    source: Source, matching: Matching, key: Sequence[str], label: str, dialect: Dialect
) -> TargetRows:
    """Find the columns of the key."""
    places = []
    for name in key:
        found = [place for place, column in enumerate(source.columns) if column == name]
        if not found:
            hint = near_names(name, source.columns)
            if name in source.index_names:
                hint = " It is in the index of the data: add index=True."
            raise ColumnMismatch(f"key= names {name!r}, which is not a column of the data.{hint}")
        if len(found) > 1:
            raise ColumnMismatch(
                f"key= names {name!r}, and the data has {len(found)} columns of that name. Rename "
                "those that are not meant."
            )
        if found[0] not in matching.positions:
            raise ColumnMismatch(
                f"key= names {name!r}, which is not sent to {label}. Name columns that are."
            )
        places.append(matching.positions.index(found[0]))
    encoder = Encoder(dialect, matching)
    headers = tuple(header or f"Column {n}" for n, header in enumerate(matching.headers, 1))
    return TargetRows(label, encoder, headers, tuple(places), tuple(key))
