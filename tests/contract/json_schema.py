"""OpenAPI 3.0 schemas as JSON Schema, and the validators of `jsonschema_rs` for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import jsonschema_rs

# Written in Rust: a whole run of the tests validates a hundred thousand answers.
Validator = jsonschema_rs.Draft202012Validator


def validator_of(schema: Any) -> Validator:
    """Return the validator of a schema, which checks formats too."""
    return Validator(schema, validate_formats=True, formats={"date-time": _is_date_time})


def _is_date_time(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return "T" in value


def to_json_schema(schema: Any) -> Any:
    """Translate a schema and all that it contains.

    ``nullable`` becomes a type, and a schema that lists properties without saying so is one of an
    object: else any text or number would pass for it.
    """
    if isinstance(schema, list):
        return [to_json_schema(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _part(key, part) for key, part in schema.items() if key != "nullable"}
    if isinstance(schema.get("properties"), dict) and "type" not in schema and "const" not in made:
        made["type"] = "object"
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        made["type"] = [schema["type"], "null"]
    return made


def _part(key: str, part: Any) -> Any:
    if key == "properties" and isinstance(part, dict):  # by names, which may be "properties" too
        return {name: to_json_schema(of) for name, of in part.items()}
    return to_json_schema(part)
