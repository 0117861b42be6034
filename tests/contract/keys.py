"""The keys of an answer, compared with the schema and with the documentation's examples.

Almost nothing in Anaplan's schemas is required, so that an empty object would pass them: the
examples say which keys are really sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_CHECKED = 200  # items of a long list; the others are made by the same code


class KeyCheck:
    """Compares keys, through all levels of an answer."""

    def __init__(self, document: dict[str, Any], may_omit: frozenset[str]) -> None:
        self._document = document
        self._may_omit = may_omit

    def faults(
        self, answer: Any, schema: dict[str, Any], examples: list[Any], at: str = ""
    ) -> Iterator[str]:
        """Name the keys that are missing and those that are not known.

        A key must be there if every example (every item of an example's list) has it; it is known
        if the schema or some example has it.
        """
        schema = self._resolved(schema)
        if isinstance(answer, dict):
            yield from self._of_object(answer, schema, examples, at)
        elif isinstance(answer, list):
            items = [item for listed in examples if isinstance(listed, list) for item in listed]
            for item in answer[:_CHECKED]:
                yield from self.faults(item, schema.get("items", {}), items, f"{at}[]")

    def _of_object(
        self, answer: dict[str, Any], schema: dict[str, Any], examples: list[Any], at: str
    ) -> Iterator[str]:
        if "additionalProperties" in schema:
            return  # a mapping: its keys are data
        properties = self._properties(schema)
        shown = [example for example in examples if isinstance(example, dict)]
        always = set.intersection(*(set(example) for example in shown)) if shown else set()
        known = set(properties).union(*shown)
        for key in sorted(always - set(answer)):
            if _way(at, key) not in self._may_omit:
                yield f"{_way(at, key)} is missing; the example has it"
        for key, value in answer.items():
            if key not in known:
                yield f"{_way(at, key)} is known neither to the schema nor to the example"
                continue
            below = [example[key] for example in shown if key in example]
            yield from self.faults(value, properties.get(key, {}), below, _way(at, key))

    def _properties(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the properties of a schema and of those that it is made of."""
        found: dict[str, Any] = {}
        for part in schema.get("allOf", ()):
            found |= self._properties(self._resolved(part))
        return found | schema.get("properties", {})

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            place: Any = self._document
            for key in schema["$ref"].removeprefix("#/").split("/"):
                place = place[key]
            schema = place
        return schema


def _way(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key
