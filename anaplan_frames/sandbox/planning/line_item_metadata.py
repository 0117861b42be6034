"""The metadata of line items, as the API shows them.

Words and numbers that the sandbox has no notion of (units, switchover, styles of numbers, ...) are
those of a line item that nobody has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from anaplan_frames.sandbox.planning import modules
from anaplan_frames.sandbox.planning.definitions import (
    TIME,
    VERSIONS,
    Format,
    LineItem,
    ModuleDefinition,
)
from anaplan_frames.sandbox.planning.formula import names_in
from anaplan_frames.sandbox.planning.summaries import summary_method

if TYPE_CHECKING:
    from anaplan_frames.sandbox.planning.calendar import Timescale
    from anaplan_frames.sandbox.planning.model import Model

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
    model: Model, of: Sequence[ModuleDefinition], everything: bool
) -> list[dict[str, Any]]:
    """Return the line items of these modules; who they are, or `everything` that is known."""
    identities = [
        (module, item, _identity(module, item)) for module in of for item in module.line_items
    ]
    if not everything:
        return [identity for *_, identity in identities]
    cells = _cell_counts(model, of)
    return [
        identity | _metadata(model.calendar, module, item, cells[module.id])
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
    """Return all fields but those that identify the line item; what it lacks is left out."""
    has_time = TIME in module.dimensions
    shown: dict[str, Any] = {
        "isSummary": item.formula is not None,
        "startOfSection": False,
        "broughtForward": False,
        "useSwitchover": VERSIONS in module.dimensions,
        "breakback": False,
        "cellCount": cells,
        "version": _VERSIONS[VERSIONS in module.dimensions],
        "appliesTo": [
            {"name": dimension.name, "id": dimension.id}
            for dimension in module.dimensions
            if dimension.list is not None
        ],
        "dataTags": [],
        "referencedBy": _referencing(module, item),
        "format": item.format.type,
        "formatMetadata": _format(item.format, calendar),
        "summary": summary_method(item),
        "timeScale": calendar.leaf.capitalize() if has_time else _NOT_APPLICABLE,
        "timeRange": "Model Calendar" if has_time else _NOT_APPLICABLE,
        "formulaScope": "All Versions",
        "style": item.style,
        "notes": item.notes or "",
    }
    if item.formula is not None:
        shown["formula"] = item.formula
    if item.code is not None:
        shown["code"] = item.code
    return shown


def _referencing(module: ModuleDefinition, item: LineItem) -> list[dict[str, str]]:
    """Return the line items whose formulas name this one; formulas do not leave their module."""
    return [
        {"name": other.name, "id": other.id}
        for other in module.line_items
        if other.formula is not None and item.name in names_in(other.formula)
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


def _cell_counts(model: Model, of: Sequence[ModuleDefinition]) -> dict[str, int]:
    """Return how many cells a line item of each module has: its items multiplied, totals too."""
    dimensions = {part.id: part for module in of for part in module.dimensions}
    with model.store.reading() as con:
        items = {
            key: modules.member_count(con, dimension, leaves_only=False)
            for key, dimension in dimensions.items()
        }
    counts = {}
    for module in of:
        counts[module.id] = 1
        for dimension in module.dimensions:
            counts[module.id] *= items[dimension.id]
    return counts
