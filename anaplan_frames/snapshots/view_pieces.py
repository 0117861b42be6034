"""Which items saved views show, in pieces: of dimensions of which they do not show all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

from anaplan_frames.cells.view_shape import Axes
from anaplan_frames.model_structure.piece_store import NOT_READ
from anaplan_frames.model_structure.snapshot_folder import SnapshotFolder
from anaplan_frames.model_structure.structure_pieces import Piece, records_of, write_readable
from anaplan_frames.progress import Progress
from anaplan_frames.resources.catalogue import Catalogue


def write_view_items(
    folder: SnapshotFolder, catalogue: Catalogue, modules: frozenset[str] | None, bar: Progress
) -> None:
    """Write a piece for each saved view that is not there yet.

    Parameters
    ----------
    modules : frozenset of str or None
        The ids of the only modules whose views are kept.
    """

    @cache
    def count(module: str, dimension: str) -> int:
        return len(_items(catalogue, module, dimension))

    pieces = []
    for record in records_of(folder, "views"):
        id_, module = str(record["id"]), str(record.get("moduleId"))
        if id_ == module or (modules is not None and module not in modules):
            continue
        described = folder.read(f"views/{id_}.json")
        if NOT_READ not in described:
            ask = partial(_shown, catalogue, id_, described, partial(count, module))
            pieces.append(Piece(f"view_items/{id_}.json", ask))
    write_readable(folder, pieces, bar)


def _shown(
    catalogue: Catalogue,
    view: str,
    described: Mapping[str, Any],
    count: Callable[[str], int],
) -> dict[str, Any]:
    """Return the items of dimensions of which the default view shows more, by their ids."""
    shown = {}
    for dimension in Axes.of(described).every:
        items = _items(catalogue, view, dimension.id)
        if len(items) < count(dimension.id):
            shown[dimension.id] = items
    return {"dimensions": shown}


def _items(catalogue: Catalogue, view: str, dimension: str) -> list[dict[str, Any]]:
    path = f"{catalogue.path}/views/{view}/dimensions/{dimension}/items"
    label = f"items that view {view} shows of dimension {dimension}"
    return list(catalogue.transport.get(path, label=label).get("items") or ())
