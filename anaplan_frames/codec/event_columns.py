"""The columns of audit events as a table."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

ATTRIBUTES = "additionalAttributes"
_TIME = pa.timestamp("ms", tz="UTC")


@dataclass(frozen=True, slots=True)
class EventColumn:
    """One column: its name in the table, the key of an event that has its values, and its type."""

    name: str
    key: str
    type: pa.DataType


def _texts(*names: str) -> list[EventColumn]:
    """Return columns of texts, whose keys are their names in camelCase."""
    return [EventColumn(name, _camel_case(name), pa.string()) for name in names]


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


# In the order in which a table has them. Keys and values are those of audit-openapi.json.
EVENT_COLUMNS: tuple[EventColumn, ...] = (
    EventColumn("id", "id", pa.int64()),
    EventColumn("event_date", "eventDate", _TIME),
    *_texts("event_type_id", "message"),
    EventColumn("success", "success", pa.bool_()),
    *_texts("user_id", "object_id", "object_type_id", "object_tenant_id", "error_number"),
    *_texts("ip_address", "user_agent", "session_id", "host_name", "service_version"),
    *_texts("tenant_id"),
    EventColumn("created_date", "createdDate", _TIME),
    *_texts("event_time_zone", "created_time_zone", "checksum"),
    EventColumn("additional_attributes", ATTRIBUTES, pa.string()),
)
BY_NAME = {column.name: column for column in EVENT_COLUMNS}
NAMES = tuple(BY_NAME)
NEEDED = ("id", "event_date")
"""What every read decodes, as duplicates and the ends of the time are found by it."""
