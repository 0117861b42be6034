"""Whether the columns of a key can identify cells: an import's mapping is not in the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from anaplan_frames.bulk.imports import Import
from anaplan_frames.bulk.processes import Process
from anaplan_frames.cells.line_items import line_item_records
from anaplan_frames.changes.target_rows import TargetRows
from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.errors import ColumnMismatch, NotFound, PermissionDenied, RequestRefused
from anaplan_frames.key_folding import fold_key
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.messages import near_names, warn
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.threads import in_order

_ALWAYS = ("Time", "Versions", "Line items", "Users")
_ITEM_KEYS = ("code", "name")
_DELETES = "DELETE"
_MOST_LISTS = 50
_AT_ONCE = 8  # requests


@dataclass(frozen=True, slots=True)
class _Names:
    """Names that a column can stand for, folded."""

    dimensions: frozenset[str]
    others: frozenset[str]
    every: tuple[str, ...]


def check_import_key(action: Import, rows: TargetRows, check: Mapping[str, str]) -> None:
    """Check the key of an import or process as far as names show it.

    Parameters
    ----------
    action : Import
    rows : TargetRows
    check : mapping of str to str
        What columns hold, by the header or the data's column: a dimension, or ``List.Property`` or
        ``Module.Line item``, for which the second name alone is enough here.

    Raises
    ------
    ColumnMismatch
        If a column of the key is a line item or a property, or `check` names what there is not.

    Warns
    -----
    AnaplanWarning
        Names the columns of the key that may be anything, and the dimensions that are not in it.
    """
    names = _read_names(action.catalogue, [*rows.key_headers, *check.values()])
    for column, meant in check.items():
        if fold_key(meant) not in names.dimensions | names.others:
            raise ColumnMismatch(
                f"check= says that {column!r} is {meant!r}, and {action.catalogue.label} has no "
                f"dimension, property or line item of that name.{near_names(meant, names.every)}"
            )
    unknown = []
    for column, header in zip(rows.key_columns, rows.key_headers, strict=True):
        shown = check.get(column) or check.get(header)
        folded = fold_key(shown or header)
        if folded in names.dimensions or (not shown and folded in _ITEM_KEYS):
            continue
        if folded in names.others:
            raise ColumnMismatch(_no_dimension(column, shown or header, rows.label))
        unknown.append(column)
    if unknown:
        warn(
            f"{rows.label}: whether {', '.join(map(repr, unknown))} of key= are dimensions is not "
            "known, as the API does not show how an import maps its columns. If one is not, rows "
            "of one cell may be loaded in part. Say what they are with "
            f"check={{{unknown[0]!r}: 'the dimension'}}."
        )
    _warn_of_others(rows, check, names)


def check_process_steps(process: Process) -> None:
    """Refuse a process that deletes something: after that, only what has changed would be loaded.

    Raises
    ------
    ValueError
        Names the step.
    """
    for step in process.steps().itertuples():
        if _DELETES in str(step.type).upper():
            raise ValueError(
                f"{process.label} runs {step.name!r}, which deletes data, and load_changes would "
                "then load only what has changed. Load all rows with to_anaplan, or use a process "
                "without that step."
            )


def _no_dimension(column: str, meant: str, label: str) -> str:
    return (
        f"key= names {column!r}, and {meant!r} is a line item or a property, not a dimension: rows "
        f"of one cell would be loaded to {label} in part. Name the columns of all dimensions that "
        "the import maps, and no other; if the column is a dimension of another name, say so with "
        f"check={{{column!r}: 'the dimension'}}."
    )


def _warn_of_others(rows: TargetRows, check: Mapping[str, str], names: _Names) -> None:
    """Warn of columns that have the name of a dimension and are not in the key."""
    layout = rows.encoder.layout
    others = [
        header
        for place, header in enumerate(rows.headers)
        if place not in rows.key
        and layout.positions[place] is not None
        and fold_key(check.get(header) or header) in names.dimensions
        and fold_key(header) not in _ITEM_KEYS
    ]
    if others:
        warn(
            f"{rows.label}: {', '.join(map(repr, others))} have the names of dimensions, and are "
            "not in key=. If the import maps them to dimensions, add them, so that rows that are "
            "gone are found."
        )


def _read_names(catalogue: Catalogue, asked: Iterable[str]) -> _Names:
    """Ask for the names of dimensions and, if others are asked for, of line items and properties.

    What the user may not see stays unknown: the load itself may be allowed.
    """
    lists = _lists(catalogue)
    dimensions = [*_ALWAYS, *(str(record["name"]) for record in lists)]
    dimensions += [str(record["id"]) for record in lists]
    others: list[str] = []
    if not _folded(asked) <= _folded((*dimensions, *_ITEM_KEYS)):
        subsets, properties = _list_columns(catalogue)
        dimensions += subsets
        others = [*properties, *_line_items(catalogue)]
    known = _folded(dimensions)
    return _Names(known, _folded(others) - known, (*dimensions, *others))


def _lists(catalogue: Catalogue) -> list[dict[str, Any]]:
    with suppress(NotFound, RequestRefused, PermissionDenied):
        return list(catalogue.records("lists").values())
    return []


def _line_items(catalogue: Catalogue) -> list[str]:
    with suppress(NotFound, RequestRefused, PermissionDenied):
        records = line_item_records(catalogue)
        names = [str(record["name"]) for record in records]
        return [*names, *(f"{record.get('moduleName')}.{record['name']}" for record in records)]
    return []


def _list_columns(catalogue: Catalogue) -> tuple[list[str], list[str]]:
    """Return the names of the subsets and of the properties of all lists: a request for each."""
    records = _lists(catalogue)

    def columns(record: dict[str, Any]) -> tuple[str, tuple[ItemColumn, ...]]:
        with suppress(NotFound, RequestRefused, PermissionDenied):
            return str(record["name"]), ListDescription.fetch(catalogue, record).columns
        return "", ()

    described = in_order(
        columns,
        records if len(records) <= _MOST_LISTS else [],
        threads=_AT_ONCE,
        name="anaplan-list",
    )
    found = [(owner, column) for owner, each in described for column in each]
    subsets = [column.name for _, column in found if column.section == "subsets"]
    properties = [(owner, column.key) for owner, column in found if column.section == "properties"]
    qualified = [f"{owner}.{name}" for owner, name in properties]
    return subsets, [*(name for _, name in properties), *qualified]


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold_key, names))
