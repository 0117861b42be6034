"""The items of lists and the cells of modules as pieces of Parquet, written while they arrive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from anaplan_frames.cells.cell_options import CellOptions
from anaplan_frames.cells.view_description import ViewDescription
from anaplan_frames.cells.view_shape import Axes, LineItem
from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.lists.item_reader import read_items
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.model_structure.piece_store import NOT_READ
from anaplan_frames.model_structure.snapshot_folder import SnapshotFolder
from anaplan_frames.model_structure.structure_pieces import (
    note_unreadable,
    of_modules,
    own_views,
    records_of,
    view_of,
)
from anaplan_frames.progress import Progress
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.threads import in_order

_AT_ONCE = 4  # lists
_ITEM_KEYS = ("id", "code", "name", "parent", "parentId", "listId")
_ADDED_UP = ("Sum", "None")


def write_items(folder: SnapshotFolder, catalogue: Catalogue, bar: Progress) -> None:
    """Write the items of all lists that are not there yet."""

    def write(record: Mapping[str, Any]) -> None:
        piece = f"lists/{record['id']}.parquet"
        described = folder.read(f"lists/{record['id']}.json")
        if NOT_READ not in described and not folder.has(piece):
            of_list = ListDescription(
                catalogue, str(record["id"]), str(record["name"]), described["metadata"]
            )
            note_unreadable(
                folder, piece, lambda: folder.write_by(piece, partial(_write_items, of_list, bar))
            )

    lists = records_of(folder, "lists")
    for _ in in_order(write, lists, threads=_AT_ONCE, name="anaplan-snapshot"):
        pass


def _write_items(described: ListDescription, bar: Progress, path: Path) -> None:
    """Write all that Anaplan shows of the items, as its texts."""
    metadata = described.metadata
    columns = [ItemColumn(key, "", key, pa.string()) for key in _ITEM_KEYS]
    columns += [
        ItemColumn(f"properties.{name}", "properties", name, pa.string())
        for name in (str(each["name"]) for each in metadata.get("properties") or ())
    ]
    columns += [
        ItemColumn(f"subsets.{name}", "subsets", name, pa.bool_())
        for name in (str(each["name"]) for each in metadata.get("subsets") or ())
    ]
    schema = pa.schema([(column.name, column.type) for column in columns])
    _write_table(path, schema, read_items(described.items, columns, bar))


def write_cells(
    folder: SnapshotFolder, catalogue: Catalogue, modules: frozenset[str] | None, bar: Progress
) -> None:
    """Write the cells of modules that are not there yet, in ``cells/`` and ``totals/``."""
    for id_, records in of_modules(folder).items():
        if modules is not None and id_ not in modules:
            continue
        own = own_views(folder, id_)
        here = [record for record in records if str(record["id"]) not in own]
        _write_tables(folder, catalogue, id_, id_, here, bar)
        for record in records:
            if str(record["id"]) in own:
                _write_tables(folder, catalogue, str(record["id"]), id_, [record], bar)


def _write_tables(
    folder: SnapshotFolder,
    catalogue: Catalogue,
    id_: str,
    module: str,
    records: list[dict[str, Any]],
    bar: Progress,
) -> None:
    """Write the cells that a view shows: the default one of a module, or that of a line item."""
    view = view_of(folder, id_)
    records = [record for record in records if not LineItem.of(record).is_heading]
    if not view or not records:
        return
    label = f"module {str(records[0].get('moduleName') or module)!r}"
    if id_ != module:
        label = f"line item {str(records[0]['name'])!r} of {label}"
    described = ViewDescription(catalogue, id_, module, label, Axes.of(view), records)
    own = [str(record["id"]) for record in records if not _is_added_up(record)]
    for piece, totals, items in ((f"cells/{id_}", False, None), (f"totals/{id_}", True, own)):
        name = f"{piece}.parquet"
        if items == [] or folder.has(name):
            continue
        write = partial(_write_cells, described, items, bar, totals=totals)
        note_unreadable(folder, name, partial(folder.write_by, name, write))


def _is_added_up(record: Mapping[str, Any]) -> bool:
    """Return whether the totals of a line item follow from its other cells alone."""
    return str(record.get("summary") or "None") in _ADDED_UP


def _write_cells(
    view: ViewDescription, items: list[str] | None, bar: Progress, path: Path, *, totals: bool
) -> None:
    """Write cells, with ids as names of the columns; only of some line items if they are given."""
    columns = [
        column
        for column in view.cells.columns
        if column.kind == "dimension" or items is None or column.id in items
    ]
    names = [column.name for column in columns]
    options = CellOptions(totals=totals, omit_empty=True)
    table = view.table(options, columns=None if items is None else names)
    opened = table.rows.open(names, lambda schema: schema, lambda: bar)
    ids = {column.name: column.id for column in columns}
    fields = [pa.field(ids[field.name], field.type) for field in opened.schema]
    schema = pa.schema(fields)
    _write_table(path, schema, _renamed(opened, schema))


def _renamed(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)


def _write_table(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    from pyarrow import parquet

    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
