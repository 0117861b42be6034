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
from anaplan_frames.errors import (
    AnaplanError,
    DataError,
    ModelUnavailable,
    NotFound,
    PermissionDenied,
    RateLimited,
    RequestRefused,
)
from anaplan_frames.model_structure.piece_store import PieceStore
from anaplan_frames.progress import Progress
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.threads import in_order

_log = logging.getLogger("anaplan_frames")
_AT_ONCE = 4  # requests
_NOT_APPLICABLE = "Not Applicable"
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
        *_of_modules(catalogue, folder, modules),
        *_of_actions(catalogue, folder),
    ]
    write_readable(folder, details, bar)


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
    with_time = next((one for one in line_items if _applies(one.get("timeScale"))), None)
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


def _applies(setting: Any) -> bool:
    name = setting.get("name") if isinstance(setting, Mapping) else setting
    return bool(name) and name != _NOT_APPLICABLE


def _of_lists(catalogue: Catalogue, lists: list[dict[str, Any]]) -> Iterator[Piece]:
    return (_asked(catalogue, "lists", record, "list") for record in lists)


def _of_modules(
    catalogue: Catalogue, folder: PieceStore, modules: frozenset[str] | None
) -> Iterator[Piece]:
    shapes: dict[str, dict[object, str]] = {}
    for item in records_of(folder, "line_items", "items"):
        lists = tuple(str(one["id"]) for one in item.get("appliesTo") or ())
        shape = (lists, _applies(item.get("timeScale")), _applies(item.get("version")))
        shapes.setdefault(str(item["moduleId"]), {}).setdefault(shape, str(item["id"]))
    for module, items in shapes.items():
        ask = partial(_dimensions, catalogue, tuple(items.values()))
        yield Piece(f"modules/{module}.json", ask)
    for view in records_of(folder, "views"):
        if modules is None or str(view.get("moduleId")) in modules:
            yield _asked(catalogue, "views", view, "view")


def _dimensions(catalogue: Catalogue, line_items: tuple[str, ...]) -> dict[str, Any]:
    """Return the dimensions of line items in their order, by the line item's id."""

    def ask(id_: str) -> Any:
        label = f"dimensions of line item {id_}"
        return _answer(catalogue, f"lineItems/{id_}/dimensions", label).get("dimensions") or []

    return {"dimensions": {id_: ask(id_) for id_ in line_items}}


def _of_actions(
    catalogue: Catalogue, folder: PieceStore, kinds: Mapping[str, str] = _DESCRIBED_ACTIONS
) -> Iterator[Piece]:
    for kind, noun in kinds.items():
        for record in records_of(folder, kind):
            yield _asked(catalogue, kind, record, noun)
