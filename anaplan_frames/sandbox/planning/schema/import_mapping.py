"""The mapping of an import: which column of the file goes to which target, and its checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from anaplan_frames.sandbox.planning.schema.action_definitions import FileDefinition
from anaplan_frames.sandbox.planning.schema.definitions import (
    LINE_ITEMS,
    VERSIONS,
    Dimension,
    ListDefinition,
    ModuleDefinition,
)
from anaplan_frames.sandbox.planning.schema.import_options import (
    VALUE,
    ImportOptions,
    check_identification,
    names_line_items,
)


def list_targets(lst: ListDefinition) -> list[str]:
    """Return the target columns of imports into a list."""
    name = [] if lst.numbered else ["Name"]
    return [*name, "Code", "Parent", *lst.properties, *lst.subsets]


def module_targets(module: ModuleDefinition) -> list[str]:
    """Return the target columns of imports into a module."""
    dimensions = [dimension.name for dimension in module.dimensions]
    return dimensions + [item.name for item in module.line_items if module.has_cells_of(item)]


def parse_mapping(
    file: FileDefinition,
    into: ListDefinition | ModuleDefinition,
    mapping: Mapping[str, str] | None,
    parameters: Mapping[str, str | None],
    options: ImportOptions,
) -> dict[str, str]:
    """Check an import's mapping; without one, map columns to targets of the same name."""
    headers = file.header_names
    named = headers if mapping is None else mapping.values()
    targets = (
        list_targets(into)
        if isinstance(into, ListDefinition)
        else _import_targets(into, named, options)
    )
    if mapping is None:
        mapping = {header: header for header in headers if header in targets}
    for column, target in mapping.items():
        if column not in headers:
            raise ValueError(
                f"The file {file.name!r} has no column {column!r} to map. Its columns are"
                f" {', '.join(map(repr, headers))}."
            )
        if target not in targets:
            raise ValueError(_not_a_target(target, into, targets))
        if list(mapping.values()).count(target) > 1:
            raise ValueError(f"Two columns are mapped to {target!r}.")
    mapped = set(mapping.values())
    if isinstance(into, ListDefinition):
        by_properties = into.numbered and isinstance(options.identify, tuple)
        if not mapped & {"Name", "Code"} and not by_properties:
            raise ValueError(f"An import into list {into.name!r} must map Name or Code.")
        check_identification(into, mapped, options)
    else:
        _check_module_targets(into, mapped, parameters, options)
        _check_values(file, into, mapping, options)
    return dict(mapping)


def _not_a_target(target: str, into: ListDefinition | ModuleDefinition, targets: list[str]) -> str:
    """Say why nothing can be imported into a target."""
    items = () if isinstance(into, ListDefinition) else into.line_items
    item = next((one for one in items if one.name == target), None)
    if item is not None and item.is_heading:
        return f"{target!r} of {into.name!r} is a heading: it has no values. Leave it out."
    if item is not None and item.dimensions is not None:
        return (
            f"The line item {target!r} of {into.name!r} has dimensions of its own. Make an import"
            " into the line item."
        )
    return f"{target!r} is not a target column of {into.name!r}: {targets}."


def _import_targets(
    module: ModuleDefinition, named: Iterable[str], options: ImportOptions
) -> list[str]:
    """Return the target columns of an import into a module, of which some are `named`.

    If a column names the line items, one column holds the values of all, or the columns across.
    """
    dimensions = [dimension.name for dimension in module.dimensions]
    if options.across is not None:
        return [*(name for name in dimensions if name != options.across), LINE_ITEMS.name]
    if {LINE_ITEMS.name, VALUE} <= set(named):
        return [*dimensions, LINE_ITEMS.name, VALUE]
    return module_targets(module)


def parameter_of(dimension: Dimension, parameters: Iterable[str]) -> str | None:
    """Return the parameter for a dimension, if any: the dimension's name, or its singular."""
    matching = (dimension.name.casefold(), dimension.name.casefold().removesuffix("s"))
    return next((name for name in parameters if name.casefold() in matching), None)


def _check_module_targets(
    module: ModuleDefinition,
    mapped: set[str],
    parameters: Mapping[str, str | None],
    options: ImportOptions,
) -> None:
    """Check that the import says where the item of each dimension comes from."""
    for dimension in module.dimensions:
        asked = parameter_of(dimension, parameters)
        known = dimension.name in mapped or asked is not None or dimension.name == options.across
        if not known and dimension != VERSIONS:
            raise ValueError(
                f"The import must map the dimension {dimension.name!r} of module"
                f" {module.name!r} or ask for it in parameters."
            )
    for name in parameters:
        if not any(parameter_of(dimension, [name]) for dimension in module.dimensions):
            raise ValueError(
                f"The parameter {name!r} is not a dimension of {module.name!r}. Name one that is."
            )


def _check_values(
    file: FileDefinition,
    module: ModuleDefinition,
    mapping: Mapping[str, str],
    options: ImportOptions,
) -> None:
    """Check that the import says which columns hold values, and of which line items."""
    by_column = names_line_items(mapping)
    if options.across is None:
        here = [item.name for item in module.line_items if module.has_cells_of(item)]
        if not here or not (by_column or set(here) & set(mapping.values())):
            raise ValueError(
                f"The import maps no line item of module {module.name!r}. Map a column to one."
            )
        return
    if not set(file.header_names) - mapping.keys():
        raise ValueError(
            f"The file {file.name!r} has no columns left for {options.across!r}. Map fewer of them."
        )
    if by_column == (options.line_item is not None):
        raise ValueError(
            f"The values of the columns for {options.across!r} need line_item, or else a column"
            f" that is mapped to {LINE_ITEMS.name!r}."
        )


def parse_match_by(
    into: ListDefinition | ModuleDefinition, given: str | Mapping[str, str]
) -> dict[str, str]:
    """Check how the items of each dimension are found: by "code", "name" or "either"."""
    names = [] if isinstance(into, ListDefinition) else [part.name for part in into.dimensions]
    chosen = dict.fromkeys(names, given) if isinstance(given, str) else dict(given)
    for name, key in chosen.items():
        if name not in names:
            raise ValueError(
                f"match_by names {name!r}, which is not a dimension of {into.name!r}. Leave it out."
            )
        if key not in ("code", "name", "either"):
            raise ValueError(f"match_by must be 'code', 'name' or 'either', not {key!r}.")
    return chosen
