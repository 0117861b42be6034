"""Line items with all that Anaplan says of them, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from anaplan_frames.cells.own_dimensions import applies
from anaplan_frames.dataframes.record_frames import Field, FieldKind, flat, frame_of_fields
from anaplan_frames.errors import NotFound, RequestRefused
from anaplan_frames.resources.catalogue import Catalogue

_NAMES = {"module_name": "module"}
_FORMAT = "format_metadata_"

# In the order of a module's blueprint.
_KINDS: dict[str, FieldKind] = {
    "module": "text",
    "module_id": "text",
    "name": "text",
    "id": "text",
    "code": "text",
    "format": "text",
    "formula": "text",
    "dimensions": "text",
    "applies_to": "text",
    "applies_to_ids": "text",
    "time_scale": "text",
    "time_range": "text",
    "version": "text",
    "version_id": "text",
    "summary": "text",
    "cell_count": "integer",
    "parent": "text",
    "parent_id": "text",
    "is_summary": "boolean",
    "start_of_section": "boolean",
    "brought_forward": "boolean",
    "use_switchover": "boolean",
    "breakback": "boolean",
    "formula_scope": "text",
    "style": "text",
    "notes": "text",
    "referenced_by": "text",
    "referenced_by_ids": "text",
    "data_tags": "text",
    "data_tags_ids": "text",
    "read_access_driver": "text",
    "read_access_driver_id": "text",
    "write_access_driver": "text",
    "write_access_driver_id": "text",
    "format_data_type": "text",
    "format_decimal_places": "integer",
    "format_minimum_significant_digits": "integer",
    "format_negative_number_notation": "text",
    "format_units_type": "text",
    "format_units_display_type": "text",
    "format_zero_format": "text",
    "format_comparison_increase": "text",
    "format_grouping_separator": "text",
    "format_decimal_separator": "text",
}
_FIELDS = {name: Field(name, kind) for name, kind in _KINDS.items()}


def line_item_records(catalogue: Catalogue, module_id: str | None = None) -> list[dict[str, Any]]:
    """Return Anaplan's records of the line items of the model or of one module."""
    if module_id is None:
        return _records(catalogue, "")
    try:
        return _records(catalogue, f"/modules/{module_id}")
    except (NotFound, RequestRefused):
        # The call for a module is in early access, so that some tenants may not have it.
        every = _records(catalogue, "")
        found = [record for record in every if str(record.get("moduleId")) == module_id]
        if not found:
            raise
        return found


def _records(catalogue: Catalogue, of: str) -> list[dict[str, Any]]:
    pages = catalogue.transport.pages(
        f"{catalogue.path}{of}/lineItems",
        "items",
        label=f"the line items of {catalogue.label}",
        params={"includeAll": "true"},
    )
    return list(pages)


def line_items_frame(catalogue: Catalogue, module_id: str | None = None) -> pd.DataFrame:
    """Return one row per line item; see `Model.line_items` for the columns."""
    rows = [line_item_row(record) for record in line_item_records(catalogue, module_id)]
    return frame_of_fields(rows, _FIELDS, more=True)


def line_item_row(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with the names of the columns of `Model.line_items`."""
    row = {_name(key): value for key, value in flat(record).items()}
    row["dimensions"] = ", ".join(
        [
            *filter(None, [row.get("applies_to")]),
            *(["Time"] if applies(row.get("time_scale")) else []),
            *(["Versions"] if applies(row.get("version")) else []),
        ]
    )
    return row


def _name(key: str) -> str:
    return (
        "format_" + key.removeprefix(_FORMAT) if key.startswith(_FORMAT) else _NAMES.get(key, key)
    )
