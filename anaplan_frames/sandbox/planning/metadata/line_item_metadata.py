"""The metadata of line items, in the form of the API.

Settings that the sandbox does not have (units, switchover, number styles, ...) are shown with their
default values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from anaplan_frames.sandbox.planning.schema.definitions import (
    TIME,
    VERSIONS,
    Format,
    LineItem,
    ModuleDefinition,
)
from anaplan_frames.sandbox.planning.schema.dimension_parsing import scale_word
from anaplan_frames.sandbox.planning.schema.formulas import names_in
from anaplan_frames.sandbox.planning.schema.summary_methods import summary_method
from anaplan_frames.sandbox.planning.store import cell_tables
from anaplan_frames.sandbox.planning.store.database import Store
from anaplan_frames.sandbox.planning.time.timescale import Timescale

_NUMBER = {
    "minimumSignificantDigits": 4,
    "decimalPlaces": -1,
    "negativeNumberNotation": "MINUS_SIGN",
    "unitsType": "NONE",
    "unitsDisplayType": "NONE",
    "zeroFormat": "ZERO",
    "comparisonIncrease": "GOOD",
    "groupingSeparator": "COMMA",
    "decimalSeparator": "FULL_STOP",
}
_NOT_APPLICABLE = "Not Applicable"
# Only the id of "All" is documented.
_VERSIONS = {
    True: {"name": "All", "id": "16000000000"},
    False: {"name": _NOT_APPLICABLE, "id": "16000000001"},
}


def line_item_metadata(
    store: Store, calendar: Timescale, of: Sequence[ModuleDefinition], *, include_all: bool
) -> list[dict[str, Any]]:
    """Return the line items of these modules: ids and names, or all metadata."""
    identities = [
        (module, item, _identity(module, item)) for module in of for item in module.line_items
    ]
    if not include_all:
        return [identity for *_, identity in identities]
    cells = _cell_counts(store, of)
    return [
        identity | _metadata(calendar, module, item, cells[module.holder_of(item).id])
        for module, item, identity in identities
    ]


def _identity(module: ModuleDefinition, item: LineItem) -> dict[str, Any]:
    return {
        "moduleId": module.id,
        "moduleName": module.name,
        "id": item.id,
        "name": item.name,
    }


def _metadata(
    calendar: Timescale, module: ModuleDefinition, item: LineItem, cells: int
) -> dict[str, Any]:
    """Return all fields except ids and names; attributes that are not set are left out."""
    dimensions = module.holder_of(item).dimensions
    time = next((one for one in dimensions if one == TIME), None)
    shown: dict[str, Any] = {
        "isSummary": item.formula is not None,
        "startOfSection": False,
        "broughtForward": False,
        "useSwitchover": VERSIONS in dimensions,
        "breakback": False,
        "cellCount": 0 if item.is_heading else cells,
        "version": _VERSIONS[VERSIONS in dimensions],
        "appliesTo": [
            {"name": dimension.name, "id": dimension.id}
            for dimension in dimensions
            if dimension.is_applied
        ],
        "dataTags": [{"name": name, "id": id} for id, name in item.data_tags],
        "referencedBy": _referencing(module, item),
        "format": item.format.type,
        "formatMetadata": _format(item.format, calendar),
        "summary": summary_method(item),
        "timeScale": scale_word(time.scale or calendar.leaf) if time else _NOT_APPLICABLE,
        "timeRange": "Model Calendar" if time else _NOT_APPLICABLE,
        "formulaScope": "All Versions",
        "style": item.style,
        "notes": item.notes or "",
    }
    others = {
        "parent": item.parent,
        "readAccessDriver": item.read_access_driver,
        "writeAccessDriver": item.write_access_driver,
    }
    ids = {other.name: other.id for other in module.line_items}
    shown |= {key: {"name": name, "id": ids[name]} for key, name in others.items() if name}
    if item.formula is not None:
        shown["formula"] = item.formula
    if item.code is not None:
        shown["code"] = item.code
    return shown


def _referencing(module: ModuleDefinition, item: LineItem) -> list[dict[str, str]]:
    """Return the line items whose formulas use this one; formulas stay within their module."""
    return [
        {"name": other.name, "id": other.id}
        for other in module.line_items
        if other.is_calculated and item.name in names_in(other.formula or "")
    ]


def _format(form: Format, calendar: Timescale) -> dict[str, Any]:
    """Return ``formatMetadata``."""
    shown: dict[str, Any] = {"dataType": form.data_type}
    if form.type == "NUMBER":
        return shown | _NUMBER
    if form.type == "TEXT":
        return shown | {"textType": "GENERAL"}
    if form.list is not None:
        return shown | {
            "hierarchyEntityLongId": int(form.list.id),
            "selectiveAccessApplied": False,
            "showAll": False,
        }
    if form.type == "TIME PERIOD":
        level = calendar.leaf
        period = {"entityId": level.upper(), "entityLabel": level.capitalize(), "entityIndex": 0}
        return shown | {"periodType": period}
    return shown


def _cell_counts(store: Store, of: Sequence[ModuleDefinition]) -> dict[str, int]:
    """Return the number of cells of a line item, totals included, for each module and part."""
    tables = [table for module in of for table in module.tables]
    # Time counts once for each scale.
    dimensions = {(part.id, part.scale): part for table in tables for part in table.dimensions}
    with store.reading() as con:
        counts = cell_tables.member_counts(con, tuple(dimensions.values()), leaves_only=False)
    items = dict(zip(dimensions, counts, strict=True))
    return {
        table.id: math.prod(items[part.id, part.scale] for part in table.dimensions)
        for table in tables
    }
