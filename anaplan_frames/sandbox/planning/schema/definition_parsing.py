"""Formats and axes as a model's builder accepts them, parsed and checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from anaplan_frames.sandbox.planning.schema.definitions import (
    FORMAT_TYPES,
    LINE_ITEMS,
    TIME,
    Dimension,
    Format,
    ListDefinition,
    ModuleDefinition,
)

FormatLike: TypeAlias = "str | Format | ListDefinition | Mapping[str, Any]"


def parse_format(given: FormatLike, label: str) -> Format:
    """Parse a format: ``"NUMBER"``, a list, or ``{"format": ..., "list": ...}``."""
    if isinstance(given, Format):
        return given
    if isinstance(given, ListDefinition):
        return Format("LIST", given)
    if isinstance(given, Mapping):
        return parse_format(given.get("list") or given.get("format") or "", label)
    for known in FORMAT_TYPES:
        if given.replace("_", " ") == known and known != "LIST":
            return Format(known)
    raise ValueError(
        f"The format {given!r} of {label} is unknown; give NUMBER, BOOLEAN, TEXT, DATE,"
        " TIME PERIOD, a list, or NONE for a heading."
    )


def parse_property(given: FormatLike, name: str) -> Format:
    """Parse the format of a list's property."""
    form = parse_format(given, f"property {name!r}")
    if form.type == "NONE":
        raise ValueError(
            f"The property {name!r} cannot have the format NONE, without values. Use TEXT."
        )
    return form


def parse_axes(
    module: ModuleDefinition,
    rows: tuple[Dimension, ...],
    columns: tuple[Dimension, ...],
    pages: tuple[Dimension, ...] | None,
) -> tuple[tuple[Dimension, ...], tuple[Dimension, ...], tuple[Dimension, ...]]:
    """Check that every dimension is on one axis; without `pages`, the rest are on pages."""
    every = (*module.dimensions, LINE_ITEMS)
    named = (*rows, *columns, *(pages or ()))
    for dimension in named:
        if dimension not in every:
            raise ValueError(
                f"{dimension.name!r} is not a dimension of module {module.name!r}. Leave it out."
            )
        if named.count(dimension) > 1:
            raise ValueError(f"The view names {dimension.name!r} twice. Leave one out.")
    rows, columns = _of_module(every, rows), _of_module(every, columns)
    pages = None if pages is None else _of_module(every, pages)
    rest = tuple(dimension for dimension in every if dimension not in named)
    if pages is not None and rest:
        raise ValueError(
            f"The view has no axis for {', '.join(repr(d.name) for d in rest)}. Put each on its "
            "rows, columns or pages."
        )
    if not rows or not columns:
        raise ValueError("A view needs a dimension on its rows and one on its columns.")
    return rows, columns, pages if pages is not None else rest


def _of_module(every: tuple[Dimension, ...], named: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
    """Return the module's own dimensions: its Time may have another scale than the calendar."""
    return tuple(every[every.index(dimension)] for dimension in named)


def default_axes(
    module: ModuleDefinition,
) -> tuple[tuple[Dimension, ...], tuple[Dimension, ...], tuple[Dimension, ...]]:
    """Return the axes of a module's default view.

    Time is on columns and line items on rows; a module without Time has line items on columns.
    """
    if TIME in module.dimensions:
        pages = tuple(dimension for dimension in module.dimensions if dimension != TIME)
        return (LINE_ITEMS,), _of_module(module.dimensions, (TIME,)), pages
    return module.dimensions[:1], (LINE_ITEMS,), module.dimensions[1:]


def check_module(module: ModuleDefinition) -> None:
    """Raise ValueError if two dimensions or line items have the same name."""
    names = [one.name for one in module.dimensions] + [one.name for one in module.line_items]
    if repeated := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"The module {module.name!r} has {repeated[0]!r} twice. Name each once.")
    if LINE_ITEMS in module.dimensions:
        raise ValueError("Line items are given by line_items, not as a dimension of the module.")


def check_name(kind: str, name: str, existing: Mapping[str, Any], id: str | None = None) -> None:
    """Raise ValueError if a name is in use; files and actions with an id may share a name."""
    if id is not None and kind not in ("list", "module"):
        return
    if any(other.name == name for other in existing.values()):
        article = "an" if kind[0] in "aei" else "a"
        raise ValueError(
            f"This model already has {article} {kind} named {name!r}. Use another name."
        )


def check_display_name(
    lst: str, display_name: str | None, properties: Mapping[str, Format], *, numbered: bool
) -> None:
    """Raise ValueError if a list of this name cannot show its items by this property."""
    if display_name is None:
        return
    form = properties.get(display_name)
    if not numbered or form is None or form.type != "TEXT":
        raise ValueError(
            f"The display name {display_name!r} of the list {lst!r} must be a TEXT property of a"
            " numbered list."
        )
