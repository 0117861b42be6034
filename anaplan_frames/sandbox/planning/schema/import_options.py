"""Options of imports beyond the mapping: patterns of dates, items across columns, and clearing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from anaplan_frames.sandbox.planning.schema.date_patterns import DatePattern, parse_pattern
from anaplan_frames.sandbox.planning.schema.definitions import (
    LINE_ITEMS,
    TIME,
    ListDefinition,
    ModuleDefinition,
)

VALUE = "Value"
"""The target of a column of values, if another column or the headers name their line items."""


class ImportChoices(TypedDict, total=False):
    """Options as the builder takes them; `Model.import_` describes them."""

    formats: Mapping[str, str]
    across: str
    line_item: str
    clear: bool


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """Options of an import.

    Attributes
    ----------
    formats : dict of str to DatePattern
        How dates and periods are written, by file column; for those across columns, by dimension
        or line item, or "Value" if a column names the line items.
    across : str or None
        The dimension whose items are the headers of the columns that are not mapped.
    line_item : str or None
        The line item of the values in those columns, if no column names it.
    clear : bool
        Whether the line items of the import are cleared first.
    """

    formats: dict[str, DatePattern] = field(default_factory=dict)
    across: str | None = None
    line_item: str | None = None
    clear: bool = False

    def choices(self) -> dict[str, Any]:
        """Return the options as the builder takes them, without those that have their default."""
        given = {
            "formats": {column: pattern.text for column, pattern in self.formats.items()},
            "across": self.across,
            "line_item": self.line_item,
            "clear": self.clear,
        }
        return {name: value for name, value in given.items() if value}


def parse_options(into: ListDefinition | ModuleDefinition, given: ImportChoices) -> ImportOptions:
    """Check the options of an import.

    Raises
    ------
    ValueError
        If one does not exist, or does not fit the target.
    """
    if unknown := sorted(given.keys() - ImportChoices.__annotations__.keys()):
        names = ", ".join(ImportChoices.__annotations__)
        raise ValueError(f"An import has no option {unknown[0]!r}; it has {names}.")
    formats = {column: parse_pattern(text) for column, text in given.get("formats", {}).items()}
    options = ImportOptions(
        formats, given.get("across"), given.get("line_item"), given.get("clear", False)
    )
    if isinstance(into, ListDefinition):
        for name in ("across", "line_item", "clear"):
            if getattr(options, name):
                raise ValueError(
                    f"The option {name!r} is for imports into modules; {into.name!r} is a list."
                )
        return options
    dimensions = [dimension.name for dimension in into.dimensions]
    if options.across is not None and options.across not in dimensions:
        raise ValueError(
            f"across names {options.across!r}, which is not a dimension of {into.name!r}:"
            f" {dimensions}."
        )
    _check_line_item(into, options)
    return options


def _check_line_item(module: ModuleDefinition, options: ImportOptions) -> None:
    if options.line_item is None:
        return
    if options.across is None:
        raise ValueError("line_item needs across: otherwise map a column to the line item.")
    if options.line_item not in [item.name for item in module.line_items]:
        raise ValueError(f"line_item {options.line_item!r} is not in module {module.name!r}.")


def check_formats(
    into: ListDefinition | ModuleDefinition,
    mapping: Mapping[str, str],
    options: ImportOptions,
    smallest_period: str,
) -> None:
    """Raise ValueError if a pattern is for no date or period, or has too little in it."""
    of_cells = (options.across, options.line_item, VALUE if options.across else None)
    for column, pattern in options.formats.items():
        target = mapping.get(column) or (column if column in of_cells else None)
        kind = None if target is None else _kind_of(into, target)
        if kind is None:
            raise ValueError(f"formats names {column!r}, which is not mapped to dates or periods.")
        if kind == "DATE" and not pattern.has_day:
            raise ValueError(f"The pattern {pattern.text!r} of {column!r} has no day.")
        if "M" in pattern.groups and not pattern.has_day and smallest_period != "month":
            raise ValueError(
                f"The pattern {pattern.text!r} of {column!r} stands for months, but the smallest"
                f" periods of this model are of the level {smallest_period!r}."
            )


def _kind_of(into: ListDefinition | ModuleDefinition, target: str) -> str | None:
    """Return "DATE" or "TIME PERIOD" for targets that patterns are for."""
    if isinstance(into, ListDefinition):
        forms = {name: form.type for name, form in into.properties.items()}
    else:
        forms = {item.name: item.format.type for item in into.line_items}
        if TIME in into.dimensions:
            forms[TIME.name] = "TIME PERIOD"
        dated = {"DATE", "TIME PERIOD"} & set(forms.values())
        if dated and VALUE not in forms:
            forms[VALUE] = "DATE" if "DATE" in dated else "TIME PERIOD"
    found = forms.get(target)
    return found if found in ("DATE", "TIME PERIOD") else None


def names_line_items(mapping: Mapping[str, str]) -> bool:
    """Return whether a column holds the line items of the values in another one, or in several."""
    return LINE_ITEMS.name in mapping.values()
