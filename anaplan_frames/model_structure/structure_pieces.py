"""The structure of a model as pieces of JSON: Anaplan's own records, each in a file.

The records are kept whole, by Anaplan's names, so that a reader that can make more of them needs no
other snapshot.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from anaplan_frames.calendar.model_calendar import TIME_ID
from anaplan_frames.cells.dimensions import line_item_items_path
from anaplan_frames.cells.line_items import line_item_records
from anaplan_frames.cells.own_dimensions import shape_of, with_smallest_periods
from anaplan_frames.cells.view_description import ViewDescription
from anaplan_frames.cells.view_shape import Axes, LineItem
from anaplan_frames.errors import (
    AnaplanError,
    DataError,
    ModelUnavailable,
    NotFound,
    PermissionDenied,
    RateLimited,
    RequestRefused,
)
from anaplan_frames.model_structure.piece_store import NOT_READ, PieceStore
from anaplan_frames.progress import Progress
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.threads import in_order

_log = logging.getLogger("anaplan_frames")
_AT_ONCE = 4  # requests
_LINE_ITEM_SUBSETS = "114"  # how their ids begin
LISTINGS = ("lists", "modules", "views", "files", "imports", "exports", "actions", "processes")
"""What is listed, each in a piece such as ``lists.json``, by Anaplan's key."""
_DESCRIBED_ACTIONS = {"imports": "import", "exports": "export", "processes": "process"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of JSON, and how its content is asked for."""

    name: str
    ask: Callable[[], Mapping[str, Any]]


def write_structure(
    folder: PieceStore, catalogue: Catalogue, modules: frozenset[str] | None, bar: Progress
) -> None:
    """Write all pieces that are not there yet.

    Parameters
    ----------
    modules : frozenset of str or None
        The ids of the only modules whose line items and views are kept.
    """
    _write(folder, [Piece(f"{kind}.json", partial(_listing, catalogue, kind)) for kind in LISTINGS])
    _write(folder, [Piece("line_items.json", partial(_line_items, catalogue, modules))])
    details = [
        *_of_time(catalogue, records_of(folder, "line_items", "items")),
        *_of_lists(catalogue, records_of(folder, "lists")),
        *_of_views(catalogue, folder, modules),
        *_of_subsets(catalogue, records_of(folder, "line_items", "items")),
        *_of_actions(catalogue, folder),
    ]
    write_readable(folder, details, bar)
    write_readable(folder, list(_of_modules(catalogue, folder)), bar)
    write_readable(folder, list(_of_own_views(catalogue, folder)), bar)


def write_described(folder: PieceStore, catalogue: Catalogue, bar: Progress) -> None:
    """Write what describes a model without a request for each of its modules, views and exports.

    These are all listings and line items, the calendar, the versions, and for each list and process
    a piece of its own.
    """
    listings = [Piece(f"{kind}.json", partial(_listing, catalogue, kind)) for kind in LISTINGS]
    _write(folder, [*listings, Piece("line_items.json", partial(_line_items, catalogue, None))])
    details = [
        *_of_calendar(catalogue),
        *_of_lists(catalogue, records_of(folder, "lists")),
        *_of_actions(catalogue, folder, {"processes": "process"}),
    ]
    write_readable(folder, details, bar)


def records_of(folder: PieceStore, piece: str, key: str = "") -> list[dict[str, Any]]:
    """Return the records of a listing."""
    found: list[dict[str, Any]] = folder.read(f"{piece}.json")[key or piece]
    return found


def write_readable(folder: PieceStore, pieces: Iterable[Piece], bar: Progress) -> None:
    """Write pieces that are not there yet; note which the user may not read, and why."""

    def write(piece: Piece) -> None:
        note_unreadable(folder, piece.name, lambda: folder.write(piece.name, piece.ask()))

    missing = [piece for piece in pieces if not folder.has(piece.name)]
    for _ in in_order(write, missing, threads=_AT_ONCE, name="anaplan-snapshot"):
        bar.tick()


def note_unreadable(folder: PieceStore, name: str, write: Callable[[], None]) -> None:
    """Write a piece; if Anaplan does not show it to this user, note why and go on."""
    try:
        write()
    except (RateLimited, ModelUnavailable):
        raise
    except (NotFound, PermissionDenied, RequestRefused, DataError) as error:
        _log.debug("%s is not in the snapshot: %s", name, error)
        folder.note(name, _why(error))


def _why(error: AnaplanError) -> str:
    return " ".join(str(error).split())


def _write(folder: PieceStore, pieces: Iterable[Piece]) -> None:
    """Write pieces without which there is no snapshot."""
    missing = [piece for piece in pieces if not folder.has(piece.name)]

    def write(piece: Piece) -> None:
        folder.write(piece.name, piece.ask())

    for _ in in_order(write, missing, threads=_AT_ONCE, name="anaplan-snapshot"):
        pass


def _listing(catalogue: Catalogue, kind: str) -> dict[str, Any]:
    return {kind: list(catalogue.ask(kind).values())}


def _line_items(catalogue: Catalogue, modules: frozenset[str] | None) -> dict[str, Any]:
    if modules is None:
        return {"items": line_item_records(catalogue)}
    return {"items": [one for id_ in sorted(modules) for one in line_item_records(catalogue, id_)]}


def _answer(catalogue: Catalogue, key: str, label: str) -> dict[str, Any]:
    """Return Anaplan's answer about one thing, without what is said of the answer itself."""
    answer = catalogue.transport.get(f"{catalogue.path}/{key}", label=label)
    return {name: value for name, value in answer.items() if name not in ("meta", "status")}


def _asked(catalogue: Catalogue, kind: str, record: Mapping[str, Any], noun: str) -> Piece:
    key = f"{kind}/{record['id']}"
    return Piece(f"{key}.json", partial(_answer, catalogue, key, f"{noun} {record['name']!r}"))


def _of_time(catalogue: Catalogue, line_items: list[dict[str, Any]]) -> Iterator[Piece]:
    yield from _of_calendar(catalogue)
    with_time = with_smallest_periods(line_items)
    if with_time is not None:
        path = line_item_items_path(catalogue, str(with_time["id"]), TIME_ID)
        key = path.removeprefix(f"{catalogue.path}/")
        yield Piece("periods.json", partial(_answer, catalogue, key, "the periods"))


def _of_calendar(catalogue: Catalogue) -> Iterator[Piece]:
    label = f"the calendar of {catalogue.label}"
    yield Piece("calendar.json", partial(_answer, catalogue, "modelCalendar", label))
    yield Piece("versions.json", partial(_versions, catalogue))


def _versions(catalogue: Catalogue) -> dict[str, Any]:
    label = f"the versions of {catalogue.label}"
    pages = catalogue.transport.pages(f"{catalogue.path}/versions", "versionMetadata", label=label)
    return {"versions": list(pages)}


def _of_lists(catalogue: Catalogue, lists: list[dict[str, Any]]) -> Iterator[Piece]:
    return (_asked(catalogue, "lists", record, "list") for record in lists)


def _of_views(
    catalogue: Catalogue, folder: PieceStore, modules: frozenset[str] | None
) -> Iterator[Piece]:
    for view in records_of(folder, "views"):
        if modules is None or str(view.get("moduleId")) in modules:
            yield _asked(catalogue, "views", view, "view")


def _of_subsets(catalogue: Catalogue, line_items: list[dict[str, Any]]) -> Iterator[Piece]:
    """Yield the line items of line item subsets, which are listed nowhere else."""
    dimensions = [each for item in line_items for each in item.get("appliesTo") or ()]
    for id_ in dict.fromkeys(str(each["id"]) for each in dimensions):
        if id_.startswith(_LINE_ITEM_SUBSETS):
            key, label = f"dimensions/{id_}/items", f"the items of dimension {id_}"
            yield Piece(f"dimensions/{id_}.json", partial(_answer, catalogue, key, label))


def of_modules(folder: PieceStore) -> dict[str, list[dict[str, Any]]]:
    """Return the line items of each module, by its id."""
    found: dict[str, list[dict[str, Any]]] = {}
    for item in records_of(folder, "line_items", "items"):
        found.setdefault(str(item["moduleId"]), []).append(item)
    return found


def view_of(folder: PieceStore, id_: str) -> dict[str, Any]:
    """Return what Anaplan says of a view; empty if it could not be read."""
    name = f"views/{id_}.json"
    found = folder.read(name) if folder.has(name) else {}
    return {} if NOT_READ in found else found


def _of_modules(catalogue: Catalogue, folder: PieceStore) -> Iterator[Piece]:
    for module, items in of_modules(folder).items():
        view = view_of(folder, module)
        ask = partial(_module, catalogue, module, items, view)
        yield Piece(f"modules/{module}.json", ask)


def _module(
    catalogue: Catalogue, module: str, items: list[dict[str, Any]], view: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the dimensions of line items in their order, and which have views of their own."""
    shapes: dict[object, str] = {}
    for item in (each for each in items if not LineItem.of(each).is_heading):
        shapes.setdefault(shape_of(item), str(item["id"]))

    def ask(id_: str) -> Any:
        label = f"dimensions of line item {id_}"
        return _answer(catalogue, f"lineItems/{id_}/dimensions", label).get("dimensions") or []

    found = {"dimensions": {id_: ask(id_) for id_ in shapes.values()}}
    if not view:
        return found
    label = f"module {module}"
    described = ViewDescription(catalogue, module, module, label, Axes.of(view), items)
    return {**found, "own_views": sorted(described.elsewhere())}


def own_views(folder: PieceStore, module: str) -> list[str]:
    """Return the ids of a module's line items that have views of their own."""
    name = f"modules/{module}.json"
    found = folder.read(name) if folder.has(name) else {}
    return [str(id_) for id_ in found.get("own_views") or ()]


def _of_own_views(catalogue: Catalogue, folder: PieceStore) -> Iterator[Piece]:
    for module, items in of_modules(folder).items():
        own = own_views(folder, module)
        for item in items:
            if str(item["id"]) in own:
                yield _asked(catalogue, "views", item, "view of line item")


def _of_actions(
    catalogue: Catalogue, folder: PieceStore, kinds: Mapping[str, str] = _DESCRIBED_ACTIONS
) -> Iterator[Piece]:
    for kind, noun in kinds.items():
        for record in records_of(folder, kind):
            yield _asked(catalogue, kind, record, noun)
