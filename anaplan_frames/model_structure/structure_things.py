"""The things that a model is made of, each with its settings as texts; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from anaplan_frames.calendar.model_calendar import CALENDAR, VERSIONS, with_one_name_each
from anaplan_frames.cells.line_items import line_item_row
from anaplan_frames.dataframes.record_frames import Field, flat, series_of_fields
from anaplan_frames.model_structure.piece_store import NOT_READ, PieceStore

# What says who or where a thing is, how much data it holds, or what follows from the rest.
_NO_SETTINGS = frozenset(
    {
        "id",
        "name",
        "cell_count",
        "chunk_count",
        "dimensions",
        "item_count",
        "managed_by",
        "module",
        "next_item_index",
        "nextitem_index",
        "permitted_items",
        "properties",
        "referenced_by",
        "subsets",
    }
)
_LIST_OF_FORMAT = "format_hierarchy_entity_long_id"
_SOURCE = "import_data_source_id"
_CALENDAR = "Calendar"
_ACTIONS = {"imports": "import", "exports": "export", "actions": "action"}


@dataclass(frozen=True, slots=True)
class Thing:
    """A module, a line item, a list and so on.

    Attributes
    ----------
    kind : str
        In words: ``"line item"``.
    name : str
        Its own, without that of what it belongs to.
    id : str
        Anaplan's; empty if it has none.
    settings : mapping of str to str, optional
        What is set, by names as in `Model.line_items`; None if it could not be read.
    parts : tuple of Thing
        What belongs to it: line items and views, properties and subsets.
    """

    kind: str
    name: str
    id: str = ""
    settings: Mapping[str, str] | None = field(default_factory=dict)
    parts: tuple[Thing, ...] = ()


@dataclass(frozen=True, slots=True)
class Structure:
    """All things of a model, and why some could not be read.

    Attributes
    ----------
    things : tuple of Thing
    not_read : mapping of str to str
        Why a kind of thing, or one of them, could not be read: ``"calendar"``, ``"list 'Staff'"``.
    """

    things: tuple[Thing, ...]
    not_read: Mapping[str, str]


def structure_of(pieces: PieceStore) -> Structure:
    """Return what the pieces of a model hold."""
    not_read: dict[str, str] = {}
    listed = {kind: pieces.read(f"{kind}.json")[kind] for kind in ("lists", "modules", *_ACTIONS)}
    lists = {str(record["id"]): str(record["name"]) for record in listed["lists"]}
    files = pieces.read("files.json")["files"]
    sources = {str(record["id"]): str(record["name"]) for record in files}
    outputs = {str(record["id"]) for record in listed["exports"]}
    things = [
        *_modules(pieces, listed["modules"], lists),
        *(_list(pieces, record, not_read) for record in listed["lists"]),
        *(
            _thing(kind, record, {_SOURCE: ("data_source", sources)})
            for plural, kind in _ACTIONS.items()
            for record in listed[plural]
        ),
        *_processes(pieces, not_read),
        *(_thing("file", record) for record in files if str(record["id"]) not in outputs),
        *_versions(pieces, not_read),
        *_calendar(pieces, not_read),
    ]
    return Structure(tuple(things), not_read)


def _thing(
    kind: str,
    record: Mapping[str, Any],
    references: Mapping[str, tuple[str, Mapping[str, str]]] | None = None,
    parts: Iterable[Thing] = (),
) -> Thing:
    """Return a thing by Anaplan's record of it.

    Parameters
    ----------
    references : mapping, optional
        Settings that are ids, what they are called instead, and the names by id.
    """
    return Thing(
        kind,
        str(record.get("name") or record.get("id")),
        str(record.get("id") or ""),
        _settings(flat(record), references or {}),
        tuple(parts),
    )


def _settings(
    row: Mapping[str, Any], references: Mapping[str, tuple[str, Mapping[str, str]]]
) -> dict[str, str]:
    """Return what is set as texts; ids of things differ between models, so that names count."""
    found = {}
    for name, value in row.items():
        called, text = name, _text(value)
        if name in references:
            called, names = references[name]
            text = names.get(text, text)
        elif name in _NO_SETTINGS or name.endswith(("_id", "_ids")):
            continue
        if text:
            found[called] = text
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return "" if value is None or value is pd.NA or value is pd.NaT else str(value)


def _modules(
    pieces: PieceStore, modules: Iterable[Mapping[str, Any]], lists: Mapping[str, str]
) -> Iterator[Thing]:
    parts: dict[str, list[Thing]] = {}
    for record in pieces.read("line_items.json")["items"]:
        settings = _settings(line_item_row(record), {_LIST_OF_FORMAT: ("format_list", lists)})
        thing = Thing("line item", str(record["name"]), str(record["id"]), settings)
        parts.setdefault(str(record["moduleId"]), []).append(thing)
    names = {str(record["id"]): str(record["name"]) for record in modules}
    for record in pieces.read("views.json")["views"]:
        module = str(record.get("moduleId"))
        if str(record["id"]) != module:  # the module's default view is the module
            own = str(record["name"]).removeprefix(f"{names.get(module, '')}.")
            parts.setdefault(module, []).append(Thing("view", own, str(record["id"])))
    for record in modules:
        yield _thing("module", record, parts=parts.get(str(record["id"]), ()))


def _list(pieces: PieceStore, record: Mapping[str, Any], not_read: dict[str, str]) -> Thing:
    name, piece = str(record["name"]), f"lists/{record['id']}.json"
    answer = _answer(pieces, piece, f"list {name!r}", not_read)
    if answer is None:
        return Thing("list", name, str(record["id"]), None)
    metadata = answer.get("metadata") or {}
    # Properties have no ids.
    properties = [_thing("list property", each) for each in metadata.get("properties") or ()]
    subsets = [_thing("list subset", each) for each in metadata.get("subsets") or ()]
    return _thing("list", {**metadata, **record}, parts=(*properties, *subsets))


def _processes(pieces: PieceStore, not_read: dict[str, str]) -> Iterator[Thing]:
    for record in pieces.read("processes.json")["processes"]:
        name, piece = str(record["name"]), f"processes/{record['id']}.json"
        answer = _answer(pieces, piece, f"process {name!r}", not_read)
        if answer is None:
            yield Thing("process", name, str(record["id"]), None)
            continue
        steps = (answer.get("processMetadata") or {}).get("actions") or ()
        names = ", ".join(str(step.get("name") or step.get("id")) for step in steps)
        yield _thing("process", {**record, "actions": names})


def _versions(pieces: PieceStore, not_read: dict[str, str]) -> Iterator[Thing]:
    answer = _answer(pieces, "versions.json", "version", not_read)
    for record in (answer or {}).get("versions") or ():
        settings = _of_fields(record, VERSIONS)
        yield Thing("version", str(record["name"]), str(record["id"]), settings)


def _calendar(pieces: PieceStore, not_read: dict[str, str]) -> Iterator[Thing]:
    answer = _answer(pieces, "calendar.json", "calendar", not_read)
    if answer is not None:
        calendar = with_one_name_each(answer.get("modelCalendar") or {})
        yield Thing("calendar", _CALENDAR, "", _of_fields(calendar, CALENDAR))


def _of_fields(record: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, str]:
    row = series_of_fields(record, fields)
    return _settings(dict(zip(fields, row, strict=True)), {})


def _answer(
    pieces: PieceStore, piece: str, subject: str, not_read: dict[str, str]
) -> dict[str, Any] | None:
    """Return a piece; None, and a note why, if Anaplan did not show it to the user."""
    answer = pieces.read(piece)
    if NOT_READ in answer:
        not_read[subject] = str(answer[NOT_READ])
        return None
    return answer
