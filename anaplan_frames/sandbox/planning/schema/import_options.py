"""Options of imports beyond the mapping: patterns of dates, items across columns, keys of items."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypedDict

from anaplan_frames.sandbox.planning.schema.date_patterns import DatePattern, parse_pattern
from anaplan_frames.sandbox.planning.schema.definitions import (
    LINE_ITEMS,
    TIME,
    ListDefinition,
    ModuleDefinition,
)

Identify: TypeAlias = "str | tuple[str, ...] | None"
VALUE = "Value"
"""The target of a column of values, if another column or the headers name their line items."""


class ImportChoices(TypedDict, total=False):
    """Options as the builder takes them; `Model.import_` describes them."""

    formats: Mapping[str, str]
    across: str
    line_item: str
    clear: bool
    identify: str | Sequence[str]
    duplicates: Literal["first", "reject"]
    unique_names: bool


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
    identify : str, tuple of str or None
        What identifies the items of a list: "code", "name", "name or code", or some of the
        targets. None is the code, or the name if no column is mapped to the code.
    duplicates : {"first", "reject"}
        Whether of rows with the same key the first is loaded, or the import fails.
    unique_names : bool
        Whether names that are taken get a number.
    """

    formats: dict[str, DatePattern] = field(default_factory=dict)
    across: str | None = None
    line_item: str | None = None
    clear: bool = False
    identify: Identify = None
    duplicates: Literal["first", "reject"] = "first"
    unique_names: bool = False

    def choices(self) -> dict[str, Any]:
        """Return the options as the builder takes them, without those that have their default."""
        given = {
            "formats": {column: pattern.text for column, pattern in self.formats.items()},
            "across": self.across,
            "line_item": self.line_item,
            "clear": self.clear,
            "identify": self.identify,
            "duplicates": None if self.duplicates == "first" else self.duplicates,
            "unique_names": self.unique_names,
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
    identify = given.get("identify")
    options = ImportOptions(
        formats,
        given.get("across"),
        given.get("line_item"),
        given.get("clear", False),
        identify if identify is None or isinstance(identify, str) else tuple(identify),
        given.get("duplicates", "first"),
        given.get("unique_names", False),
    )
    _check_kind(into, options)
    if isinstance(into, ListDefinition):
        return options
    dimensions = [dimension.name for dimension in into.dimensions]
    if options.across is not None and options.across not in dimensions:
        raise ValueError(
            f"across names {options.across!r}, which is not a dimension of {into.name!r}:"
            f" {dimensions}."
        )
    _check_line_item(into, options)
    return options


def _check_kind(into: ListDefinition | ModuleDefinition, options: ImportOptions) -> None:
    """Raise ValueError for options of lists in an import into a module, and the other way round."""
    of_modules, of_lists = ("across", "line_item", "clear"), ("identify", "unique_names")
    is_list = isinstance(into, ListDefinition)
    for name in options.choices():
        if name in (of_modules if is_list else (*of_lists, "duplicates")):
            kinds = ("modules", "a list") if is_list else ("lists", "a module")
            raise ValueError(
                f"The option {name!r} is for imports into {kinds[0]}; {into.name!r} is {kinds[1]}."
                " Leave it out."
            )
    if options.duplicates not in ("first", "reject"):
        raise ValueError(f"duplicates must be 'first' or 'reject', not {options.duplicates!r}.")


def check_identification(
    lst: ListDefinition, mapped: Collection[str], options: ImportOptions
) -> None:
    """Raise ValueError if the mapped targets do not identify items in the chosen way."""
    by = options.identify
    if isinstance(by, tuple):
        _check_combination(lst, mapped, by)
    elif by not in (None, "code", "name", "name or code"):
        raise ValueError(
            f"identify must be 'code', 'name', 'name or code' or a list of properties, not {by!r}."
        )
    elif by in ("code", "name") and by.capitalize() not in mapped:
        raise ValueError(
            f"Items cannot be identified by {by}: no column is mapped to it. Map one to it."
        )
    if isinstance(by, str) and "name" in by and lst.numbered:
        raise ValueError(
            f"The items of a numbered list, as {lst.name!r}, have codes as keys. Use "
            "identify='code'."
        )
    by_name = by in ("name", "name or code") or (by is None and "Code" not in mapped)
    if options.unique_names and (by_name or "Name" not in mapped):
        raise ValueError(
            "unique_names needs a column that is mapped to Name, and items that are identified by"
            " something else."
        )


def _check_combination(lst: ListDefinition, mapped: Collection[str], by: tuple[str, ...]) -> None:
    known = [*lst.properties, *lst.subsets, *(["Parent"] if lst.parent else [])]
    for target in by:
        if target not in known:
            raise ValueError(
                f"identify names {target!r}, which is not a key of {lst.name!r}. Use"
                f" {', '.join(known) or 'name or code only'}."
            )
        if target not in mapped:
            raise ValueError(
                f"identify names {target!r}, to which no column is mapped. Map one to it."
            )
    if not by:
        raise ValueError("identify names no property. Name at least one.")


def _check_line_item(module: ModuleDefinition, options: ImportOptions) -> None:
    if options.line_item is None:
        return
    if options.across is None:
        raise ValueError("line_item needs across: otherwise map a column to the line item.")
    here = [item.name for item in module.line_items if module.has_cells_of(item)]
    if options.line_item not in here:
        raise ValueError(
            f"line_item {options.line_item!r} is not in module {module.name!r}. Name one that is."
        )


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
            raise ValueError(
                f"formats names {column!r}, which is not mapped to dates or periods. Leave it out."
            )
        if kind == "DATE" and not pattern.has_day:
            raise ValueError(f"The pattern {pattern.text!r} of {column!r} has no day. Add DD.")
        smallest = _scale(into, target) or smallest_period
        if "M" in pattern.groups and not pattern.has_day and smallest != "month":
            raise ValueError(
                f"The pattern {pattern.text!r} of {column!r} stands for months, but the smallest"
                f" periods are of the level {smallest!r}. Use a pattern with days."
            )


def _scale(into: ListDefinition | ModuleDefinition, target: str | None) -> str | None:
    """Return the level of the smallest periods if a target is Time with a scale of its own."""
    if target != TIME.name or isinstance(into, ListDefinition):
        return None
    return next((one.scale for one in into.dimensions if one == TIME), None)


def _kind_of(into: ListDefinition | ModuleDefinition, target: str) -> str | None:
    """Return "DATE" or "TIME PERIOD" for targets that patterns are for."""
    if isinstance(into, ListDefinition):
        forms = {name: form.type for name, form in into.properties.items()}
    else:
        forms = {item.name: item.format.type for item in into.line_items if into.has_cells_of(item)}
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
