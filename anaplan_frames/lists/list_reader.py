"""The reading side of a list: its items, properties and subsets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from anaplan_frames.dataframes.record_frames import Field, flat, frame_of_fields
from anaplan_frames.lists.hierarchy_reader import read_levels
from anaplan_frames.lists.item_table import ItemTable
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.progress import Progress

_PROPERTY_FIELDS = {
    name: Field(name)
    for name in ("name", "format", "formula", "notes", "referenced_by", "data_tags")
}
_SUBSET_FIELDS = {name: Field(name) for name in ("id", "name")}


def properties_frame(metadata: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per property, as `List.properties` says."""
    records = metadata.get("properties") or ()
    return frame_of_fields(map(flat, records), _PROPERTY_FIELDS)


def subsets_frame(metadata: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per subset, as `List.subsets` says."""
    return frame_of_fields(metadata.get("subsets") or (), _SUBSET_FIELDS)


def items_table(
    described: ListDescription, new_bar: Callable[[], Progress], *, hierarchy: bool
) -> ItemTable:
    """Return the items of a list as a table that is not fetched yet.

    Parameters
    ----------
    described : ListDescription
    new_bar : callable
        Makes a progress bar.
    hierarchy : bool
        Whether the table has a column per level.
    """
    return described.table(read_levels(described, new_bar) if hierarchy else None)
