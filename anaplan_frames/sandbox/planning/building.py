"""Checks of what the builder is given, so that a bad model fails when it is built."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from anaplan_frames.sandbox.planning import ids
from anaplan_frames.sandbox.planning.definitions import (
    FORMAT_TYPES,
    LINE_ITEMS,
    TIME,
    VERSIONS,
    Dimension,
    FileDefinition,
    Format,
    LineItem,
    ListDefinition,
    ModuleDefinition,
)
from anaplan_frames.sandbox.planning.formula import to_sql

FormatGiven: TypeAlias = "str | Format | ListDefinition | Mapping[str, Any]"
DimensionGiven: TypeAlias = "str | Dimension | ListDefinition"


def parse_format(given: FormatGiven, what: str) -> Format:
    """Understand a format: ``"NUMBER"``, a list, or ``{"format": ..., "list": ...}``."""
    if isinstance(given, Format):
        return given
    if isinstance(given, ListDefinition):
        return Format("LIST", given)
    if isinstance(given, Mapping):
        return parse_format(given.get("list") or given.get("format") or "", what)
    for known in FORMAT_TYPES:
        if given.replace("_", " ") == known and known != "LIST":
            return Format(known)
    raise ValueError(
        f"The format {given!r} of {what} is unknown; give NUMBER, BOOLEAN, TEXT, DATE,"
        " TIME PERIOD or a list."
    )


def parse_line_items(given: Mapping[str, FormatGiven], taken: ids.Ids) -> tuple[LineItem, ...]:
    """Understand the line items of a module and check their formulas."""
    items = tuple(_line_item(name, form, taken) for name, form in given.items())
    if not items:
        raise ValueError("A module needs at least one line item.")
    for item in items:
        if item.formula is not None:
            formula_sql(items, item, lambda other: other.id)
    return items


_LINE_ITEM_OPTIONS = ("id", "format", "list", "formula", "code", "notes", "summary", "style")
SUMMARIES = ("Sum", "Formula", "None")


def _line_item(name: str, given: FormatGiven, taken: ids.Ids) -> LineItem:
    what = f"line item {name!r}"
    options = dict(given) if isinstance(given, Mapping) else {}
    if unknown := [option for option in options if option not in _LINE_ITEM_OPTIONS]:
        raise ValueError(
            f"The {what} has no option {unknown[0]!r}; it has {', '.join(_LINE_ITEM_OPTIONS)}."
        )
    if options.get("summary") not in (None, *SUMMARIES):
        raise ValueError(f"The summary of {what} must be one of {', '.join(SUMMARIES)}.")
    if options.get("summary") == "Formula" and options.get("formula") is None:
        raise ValueError(f"The {what} has no formula for the summary Formula to work out.")
    item = LineItem(
        taken.take(ids.LINE_ITEM, options.pop("id", None), what),
        name,
        parse_format(given, what),
        **{key: value for key, value in options.items() if key not in ("format", "list")},
    )
    if item.formula is not None and item.format.type != "NUMBER":
        raise ValueError(f"The {what} has a formula, so its format must be NUMBER.")
    if item.summary == "Sum" and item.format.type != "NUMBER":
        raise ValueError(f"The {what} has the summary Sum, so its format must be NUMBER.")
    return item


def formula_sql(
    items: Sequence[LineItem],
    item: LineItem,
    column: Callable[[LineItem], str],
    given: Callable[[LineItem], bool] = lambda used: used.formula is None,
) -> str:
    """Return the SQL of the formula of `item`, with the formulas that it uses in it; blank is 0.

    Parameters
    ----------
    column : callable
        Gives the SQL of a line item that has no formula, or whose value is `given`.
    given : callable
        Tells of a line item that the formula uses whether its value is there already.
    """

    def resolve(current: LineItem, above: tuple[LineItem, ...]) -> str:
        if current.formula is None or (above and given(current)):
            return column(current)
        if current in above:
            raise ValueError(f"The formula of line item {item.name!r} refers to itself.")

        def reference(name: str) -> str:
            other = next((other for other in items if other.name == name), None)
            if other is None or other.format.type != "NUMBER":
                raise ValueError(
                    f"The formula of line item {current.name!r} names {name!r}, which is no NUMBER"
                    " line item of the module."
                )
            return f"coalesce({resolve(other, (*above, current))}, 0)"

        return to_sql(current.formula, reference)

    return resolve(item, ())


def parse_dimension(given: DimensionGiven, lists: Iterable[ListDefinition]) -> Dimension:
    """Understand a dimension: a list, its name, "Time", "Versions" or "Line items"."""
    if isinstance(given, Dimension):
        return given
    lists = tuple(lists)
    for fixed in (TIME, VERSIONS, LINE_ITEMS):
        if given == fixed.name or (isinstance(given, str) and given.lower() == fixed.name.lower()):
            return fixed
    for lst in lists:
        if lst is given or lst.name == given:
            return Dimension(lst.id, lst.name, "list", lst)
    name = given if isinstance(given, str) else given.name
    raise ValueError(
        f"{name!r} is no dimension of this model; there are Time, Versions and"
        f" {', '.join(repr(lst.name) for lst in lists) or 'no lists'}."
    )


def parse_axes(
    module: ModuleDefinition,
    rows: tuple[Dimension, ...],
    columns: tuple[Dimension, ...],
    pages: tuple[Dimension, ...] | None,
) -> tuple[tuple[Dimension, ...], tuple[Dimension, ...], tuple[Dimension, ...]]:
    """Check that every dimension of the module lies on one axis; the rest go to the pages."""
    every = (*module.dimensions, LINE_ITEMS)
    named = (*rows, *columns, *(pages or ()))
    for dimension in named:
        if dimension not in every:
            raise ValueError(f"{dimension.name!r} is no dimension of module {module.name!r}.")
        if named.count(dimension) > 1:
            raise ValueError(f"The view names {dimension.name!r} twice.")
    rest = tuple(dimension for dimension in every if dimension not in named)
    if pages is not None and rest:
        raise ValueError(f"The view leaves out {', '.join(repr(d.name) for d in rest)}.")
    if not rows or not columns:
        raise ValueError("A view needs a dimension on its rows and one on its columns.")
    return rows, columns, pages if pages is not None else rest


def default_axes(
    module: ModuleDefinition,
) -> tuple[tuple[Dimension, ...], tuple[Dimension, ...], tuple[Dimension, ...]]:
    """Return the axes of a module's default view.

    Time on the columns and line items on the rows; without Time the line items on the columns.
    """
    if TIME in module.dimensions:
        pages = tuple(dimension for dimension in module.dimensions if dimension != TIME)
        return (LINE_ITEMS,), (TIME,), pages
    return module.dimensions[:1], (LINE_ITEMS,), module.dimensions[1:]


def list_targets(lst: ListDefinition) -> list[str]:
    """Return what a file's column can be mapped to in an import into a list."""
    name = [] if lst.numbered else ["Name"]
    return [*name, "Code", "Parent", *lst.properties, *lst.subsets]


def module_targets(module: ModuleDefinition) -> list[str]:
    """Return what a file's column can be mapped to in an import into a module."""
    dimensions = [dimension.name for dimension in module.dimensions]
    return dimensions + [item.name for item in module.line_items]


def parse_mapping(
    file: FileDefinition,
    into: ListDefinition | ModuleDefinition,
    mapping: Mapping[str, str] | None,
    parameters: Mapping[str, str | None],
) -> dict[str, str]:
    """Check an import's mapping, or make it by equal names."""
    targets = list_targets(into) if isinstance(into, ListDefinition) else module_targets(into)
    headers = file.header_names
    if mapping is None:
        mapping = {header: header for header in headers if header in targets}
    for column, target in mapping.items():
        if column not in headers:
            raise ValueError(f"The file {file.name!r} has no column {column!r} to map.")
        if target not in targets:
            raise ValueError(f"{target!r} is no target column of {into.name!r}: {targets}.")
        if list(mapping.values()).count(target) > 1:
            raise ValueError(f"Two columns are mapped to {target!r}.")
    mapped = set(mapping.values())
    if isinstance(into, ListDefinition):
        if not mapped & {"Name", "Code"}:
            raise ValueError(f"An import into list {into.name!r} must map Name or Code.")
    else:
        _check_module_targets(into, mapped, parameters)
    return dict(mapping)


def parameter_of(dimension: Dimension, parameters: Iterable[str]) -> str | None:
    """Return the parameter that chooses the dimension's item: its name, or the singular."""
    wanted = (dimension.name.casefold(), dimension.name.casefold().removesuffix("s"))
    return next((name for name in parameters if name.casefold() in wanted), None)


def _check_module_targets(
    module: ModuleDefinition, mapped: set[str], parameters: Mapping[str, str | None]
) -> None:
    for dimension in module.dimensions:
        asked = parameter_of(dimension, parameters)
        if dimension.name not in mapped and asked is None and dimension != VERSIONS:
            raise ValueError(
                f"The import must map the dimension {dimension.name!r} of module"
                f" {module.name!r} or ask for it in parameters."
            )
    for name in parameters:
        if not any(parameter_of(dimension, [name]) for dimension in module.dimensions):
            raise ValueError(f"The parameter {name!r} is no dimension of {module.name!r}.")
    if not any(item.name in mapped for item in module.line_items):
        raise ValueError(f"The import maps no line item of module {module.name!r}.")


def check_module(module: ModuleDefinition) -> None:
    """Refuse dimensions and line items that cannot be told apart."""
    names = module_targets(module)
    if repeated := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"The module {module.name!r} has {repeated[0]!r} twice.")
    if LINE_ITEMS in module.dimensions:
        raise ValueError("Line items are given by line_items, not as a dimension of the module.")


def parse_match_by(
    into: ListDefinition | ModuleDefinition, given: str | Mapping[str, str]
) -> dict[str, str]:
    """Check how the items of each dimension are told: by "code", "name" or "either"."""
    names = [] if isinstance(into, ListDefinition) else [part.name for part in into.dimensions]
    chosen = dict.fromkeys(names, given) if isinstance(given, str) else dict(given)
    for name, way in chosen.items():
        if name not in names:
            raise ValueError(f"match_by names {name!r}, which is no dimension of {into.name!r}.")
        if way not in ("code", "name", "either"):
            raise ValueError(f"match_by must be 'code', 'name' or 'either', not {way!r}.")
    return chosen


def refuse_name(kind: str, name: str, there: Mapping[str, Any], id: str | None = None) -> None:
    """Refuse a name that is in use; files and actions may share one if an id is given."""
    if id is not None and kind not in ("list", "module"):
        return
    if any(other.name == name for other in there.values()):
        article = "an" if kind[0] in "aei" else "a"
        raise ValueError(f"There is {article} {kind} named {name!r} already in this model.")
