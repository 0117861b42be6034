"""Schemas that reject what the service really sends, or say less than it does."""

from __future__ import annotations

from typing import Any

from tests.contract.overlay.correction import AUTHENTICATION, INTEGRATION, Correction, schema_at

_EMAIL = {"type": "string", "pattern": r"^[^@\s]+@[^@\s]+\.[^@\s]+$"}
_EMAIL_WHY = "the file's pattern is escaped twice and rejects every ordinary address"

_LAYOUTS = [
    "AUDIT_LOG",
    "GRID_ALL_PAGES",
    "GRID_CURRENT_PAGE",
    "TABULAR_ALL_LINE_ITEMS",
    "TABULAR_CURRENT_LINE_ITEM",
    "TABULAR_MULTI_COLUMN",
    "TABULAR_SINGLE_COLUMN",
]
_LAYOUT_WHY = "TABULAR_SINGLE_COLUMN and GRID_ALL_PAGES are missing from the file's enum"

_TOTALS = ["HalfYearTotals", "QuarterTotals", "TotalOfAllPeriods", "YearToDateSummary"]
_TOTALS += ["YearToGoSummary"]

_FORMATS: dict[str, Any] = {
    "dataType": {"enum": ["NUMBER", "BOOLEAN", "TEXT", "DATE", "ENTITY", "TIME_ENTITY", "NONE"]},
    "textType": {"enum": ["GENERAL", "DRILLTHRU_URI", "EMAIL_ADDRESS"]},
    "hierarchyEntityLongId": {"type": "integer"},
    "selectiveAccessApplied": {"type": "boolean"},
    "showAll": {"type": "boolean"},
    "periodType": {
        "type": "object",
        "required": ["entityId", "entityLabel", "entityIndex"],
        "properties": {
            "entityId": {"enum": ["YEAR", "HALF_YEAR", "QUARTER", "MONTH", "WEEK", "DAY"]},
            "entityLabel": {"type": "string"},
            "entityIndex": {"type": "integer"},
        },
    },
}

_PROCESS_ACTION = {
    "type": "object",
    "required": ["id", "name", "actionType"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "actionType": {"type": "string"},
        "importDataSourceId": {"type": "string"},
        "importType": {"$ref": "#/components/schemas/Import/properties/importType"},
        "importDataSource": {"$ref": "#/components/schemas/Import/properties/importDataSource"},
        "exportType": {"enum": _LAYOUTS},
        "exportFormat": {"type": "string"},
        "layout": {"enum": _LAYOUTS},
    },
    "allOf": [
        {
            "if": {"properties": {"actionType": {"const": "IMPORT"}}},
            "then": {"required": ["importDataSourceId", "importType"]},
        },
        {
            "if": {"properties": {"actionType": {"const": "EXPORT"}}},
            "then": {"required": ["exportType", "exportFormat", "layout"]},
        },
    ],
}

SCHEMAS = (
    *(
        Correction(INTEGRATION, schema_at(person, "properties", "email"), _EMAIL, _EMAIL_WHY)
        for person in ("User", "Admin", "Visitor")
    ),
    *(
        Correction(
            INTEGRATION,
            schema_at("Export", "properties", key),
            {"type": "string", "enum": _LAYOUTS},
            _LAYOUT_WHY,
        )
        for key in ("exportType", "layout")
    ),
    Correction(
        INTEGRATION,
        schema_at("Import", "properties", "importType", "enum"),
        ["HIERARCHY_DATA", "LINE_ITEM_DEFINITION", "MODULE_DATA", "USERS", "VERSIONS"],
        "there are imports into Versions, and anaplan-sdk knows them as VERSIONS",
    ),
    Correction(
        INTEGRATION,
        schema_at("ListMetadata", "properties", "nextItemIndex"),
        {"type": "integer"},
        "the file says nextitemIndex, anaplan-sdk reads nextItemIndex: both are sent",
    ),
    Correction(
        INTEGRATION,
        schema_at("ViewReadRequest", "properties", "viewId"),
        {"type": "string"},
        "an id is a string here as everywhere",
    ),
    Correction(
        INTEGRATION,
        schema_at("ModelCalendar", "properties", "totalsSelection", "properties"),
        {
            "extraMonthQuarter": {"type": "integer"},
            **{f"is{name}": {"type": "boolean"} for name in _TOTALS},
            **{name[0].lower() + name[1:]: {"type": "boolean"} for name in _TOTALS},
        },
        "the file says isQuarterTotals, clients read quarterTotals: both are sent",
    ),
    *(
        Correction(
            INTEGRATION,
            schema_at("LineItem", "properties", "formatMetadata", "properties", key),
            schema,
            "the file shows a number's format only; anaplan-sdk knows those of the other types",
        )
        for key, schema in _FORMATS.items()
    ),
    Correction(
        INTEGRATION,
        schema_at("Process", "properties", "actions"),
        {"type": "array", "items": _PROCESS_ACTION},
        "processMetadata lists the actions, as its example shows, and the schema leaves them out",
    ),
    Correction(
        INTEGRATION,
        schema_at("Task", "properties", "type"),
        {"const": "taskInformation"},
        "two of the four examples have it, and no schema knows it",
    ),
    Correction(
        INTEGRATION,
        schema_at("Task", "allOf"),
        [
            {
                "if": {
                    "required": ["taskState"],
                    "properties": {"taskState": {"const": "COMPLETE"}},
                },
                "then": {"required": ["result"]},
            },
            {
                "if": {
                    "required": ["taskState"],
                    "properties": {"taskState": {"enum": ["NOT_STARTED", "IN_PROGRESS"]}},
                },
                "then": {"not": {"required": ["result"]}},
            },
        ],
        "the file says in words only that the result is there when the task has ended, not before",
    ),
    Correction(
        AUTHENTICATION,
        schema_at("ValidationUrl", "properties", "validationUrl"),
        {"type": "string", "pattern": r"^https?://[^/]+/token/validate$"},
        "every region has its own host; the file knows auth.anaplan.com only",
    ),
    Correction(
        AUTHENTICATION,
        schema_at("TokenInfo", "properties", "refreshToken"),
        {"type": "string"},
        "the service has been seen to send it together with refreshTokenId",
    ),
    Correction(
        AUTHENTICATION,
        schema_at("CertPayload"),
        {
            "type": "object",
            "required": ["encodedData", "encodedSignedData"],
            "properties": {
                "encodedData": {"type": "string"},
                "encodedSignedData": {"type": "string"},
                "encodedDataFormat": {"enum": ["v2"]},
            },
            "additionalProperties": False,
        },
        "these are the keys that the service takes; no client sends the file's",
    ),
)
