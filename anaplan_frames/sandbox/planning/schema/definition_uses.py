"""Which definitions of a model use another one, so that it cannot be removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from anaplan_frames.sandbox.planning.schema.action_definitions import (
    DeleteDefinition,
    ExportDefinition,
    ImportDefinition,
    ProcessDefinition,
)
from anaplan_frames.sandbox.planning.schema.definitions import (
    Format,
    LineItemSubset,
    ListDefinition,
    ModuleDefinition,
    ViewDefinition,
)


def check_unused(removed: Any, every: Iterable[Any]) -> None:
    """Raise ValueError if one of the definitions uses the one that is to be removed."""
    parts: tuple[Any, ...] = (removed,)
    if isinstance(removed, ModuleDefinition):
        parts = (*removed.tables, *removed.line_items)
    for other in every:
        if other is not removed and any(used is one for used in _used_by(other) for one in parts):
            raise ValueError(f"{removed.name!r} is used by {other.name!r}: remove that first.")


def _used_by(one: Any) -> Iterator[Any]:
    """Yield what a definition refers to."""
    if isinstance(one, ListDefinition):
        yield one.parent
        yield from _lists_of(one.properties.values())
    elif isinstance(one, ModuleDefinition):
        for dimension in (each for table in one.tables for each in table.dimensions):
            yield from (dimension.list, dimension.line_items)
        yield from _lists_of(item.format for item in one.line_items)
    elif isinstance(one, LineItemSubset):
        yield from one.line_items
    elif isinstance(one, ViewDefinition) and one.id != one.module.id:
        yield one.module
    elif isinstance(one, ImportDefinition):
        yield from (one.file, one.into)
    elif isinstance(one, ExportDefinition):
        yield one.of
        if isinstance(one.of, ViewDefinition):  # that of a line item is not among the views
            yield one.of.module
    elif isinstance(one, DeleteDefinition):
        yield from (one.of, one.where)
    elif isinstance(one, ProcessDefinition):
        yield from one.actions


def _lists_of(formats: Iterable[Format]) -> Iterator[ListDefinition | None]:
    return (form.list for form in formats)
