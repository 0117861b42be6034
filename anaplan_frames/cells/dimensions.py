"""Dimensions as tables: the axes of a view, and the items of a dimension."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from anaplan_frames.calendar.model_calendar import TIME_ID
from anaplan_frames.cells.line_items import line_item_records
from anaplan_frames.cells.own_dimensions import applies, with_smallest_periods
from anaplan_frames.cells.view_shape import USERS_ID, VERSIONS_ID
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.errors import NotFound
from anaplan_frames.lookup import find_id, matching_ids, only_id
from anaplan_frames.resources.catalogue import Catalogue

_EVERYWHERE = {TIME_ID: "Time", VERSIONS_ID: "Versions", USERS_ID: "Users"}
_AXES = ("pages", "rows", "columns")

ITEMS = {"id": Field("id"), "code": Field("code"), "name": Field("name")}
AXES = {
    "axis": Field("axis"),
    "position": Field("position", "integer"),
    "id": Field("id"),
    "name": Field("name"),
}


def axes_frame(metadata: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per dimension of a view; an axis without dimensions has none."""
    return frame_of_fields(
        (
            {"axis": axis, "position": position, **dimension}
            for axis in _AXES
            for position, dimension in enumerate(metadata.get(axis) or ())
        ),
        AXES,
    )


def dimension_of(axes: pd.DataFrame, key: str, label: str) -> str:
    """Return the id of a dimension of a view, given by name or id."""
    names = dict(zip(axes["id"].map(str), axes["name"].map(str), strict=True))
    return find_id(key, names, kind="dimensions", owner=f"of {label}")


def dimension_items_frame(catalogue: Catalogue, key: str) -> pd.DataFrame:
    """Return the items of a dimension of the model; see `Model.dimension_items`."""
    key = str(key)
    id_ = find_dimension(catalogue, key)
    label = f"items of dimension {key!r} of {catalogue.label}"
    path = f"{catalogue.path}/dimensions/{id_}/items"
    if id_ in (TIME_ID, VERSIONS_ID):
        # These have no items of the model, only those that apply to a line item.
        path = line_item_items_path(catalogue, _line_item_with(catalogue, id_), id_)
    return items_frame(catalogue, path, label)


def items_frame(catalogue: Catalogue, path: str, label: str) -> pd.DataFrame:
    """Return the items that a path lists, in one answer."""
    return frame_of_fields(catalogue.transport.get(path, label=label).get("items") or (), ITEMS)


def line_item_items_path(catalogue: Catalogue, line_item_id: str, dimension_id: str) -> str:
    """Return the path of the items of a dimension that apply to a line item."""
    return f"{catalogue.path}/lineItems/{line_item_id}/dimensions/{dimension_id}/items"


def find_dimension(catalogue: Catalogue, key: str) -> str:
    """Return the id of a dimension: a list, Time, Versions, Users, or one of a line item."""
    lists = {id_: str(record["name"]) for id_, record in catalogue.records("lists").items()}
    known = _EVERYWHERE | lists
    found = matching_ids(key, known)
    if not found:  # subsets are dimensions, too, and listed nowhere else
        applied = applied_dimensions(line_item_records(catalogue))
        found = matching_ids(key, applied)
        known |= applied
    if not found and key.isdigit():
        return key
    return only_id(key, found, known, kind="dimensions", owner=f"of {catalogue.label}")


def applied_dimensions(line_items: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the names of the lists and subsets that line items have, by id."""
    dimensions: Iterable[Mapping[str, Any]] = (
        dimension for record in line_items for dimension in record.get("appliesTo") or ()
    )
    return {str(dimension["id"]): str(dimension["name"]) for dimension in dimensions}


def _line_item_with(catalogue: Catalogue, dimension_id: str) -> str:
    """Return the id of a line item that has Time or Versions."""
    records = line_item_records(catalogue)
    if dimension_id == TIME_ID:
        found = with_smallest_periods(records)
    else:
        found = next((record for record in records if applies(record.get("version"))), None)
    if found is not None:
        return str(found["id"])
    name = _EVERYWHERE[dimension_id]
    raise NotFound(
        f"No line item of {catalogue.label} that your user may see has the dimension {name!r}, so "
        f"its items cannot be asked for. Use .{'periods' if name == 'Time' else 'versions'}()."
    )
