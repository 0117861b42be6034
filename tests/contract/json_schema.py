"""OpenAPI 3.0 schemas as JSON Schema, which the `jsonschema` library understands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jsonschema import FormatChecker

FORMATS = FormatChecker(formats=("date", "uuid"))


@FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    if isinstance(value, str):
        datetime.fromisoformat(value)
        return "T" in value
    return True


def to_json_schema(schema: Any) -> Any:
    """Translate a schema and all that it contains.

    ``nullable`` becomes a type, and a schema that lists properties without saying so is one of an
    object: else any text or number would pass for it.
    """
    if isinstance(schema, list):
        return [to_json_schema(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: to_json_schema(part) for key, part in schema.items() if key != "nullable"}
    if isinstance(schema.get("properties"), dict) and "type" not in schema and "const" not in made:
        made["type"] = "object"
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        made["type"] = [schema["type"], "null"]
    return made
