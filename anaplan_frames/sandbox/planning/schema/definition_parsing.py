"""Formats, dimensions and line items as a model's builder accepts them, parsed and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, get_args

from anaplan_frames.sandbox.planning.schema import object_ids
from anaplan_frames.sandbox.planning.schema.definitions import (
    FORMAT_TYPES,
    LINE_ITEMS,
    TIME,
    VERSIONS,
    Dimension,
    Format,
    GivenValues,
    LineItem,
    ListDefinition,
    ModuleDefinition,
)
from anaplan_frames.sandbox.planning.schema.formulas import formula_sql
from anaplan_frames.sandbox.planning.schema.import_mapping import module_targets

FormatLike: TypeAlias = "str | Format | ListDefinition | Mapping[str, Any]"
DimensionLike: TypeAlias = "str | Dimension | ListDefinition"


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
        " TIME PERIOD or a list."
    )


def parse_line_items(
    given: Mapping[str, FormatLike], ids: object_ids.Ids, known: tuple[LineItem, ...] = ()
) -> tuple[LineItem, ...]:
    """Parse line items of a module, which come after those it has; check their formulas."""
    items = (*known, *(_line_item(name, form, ids) for name, form in given.items()))
    if not items:
        raise ValueError("A module needs at least one line item.")
    names = [item.name for item in items]
    for item in items[len(known) :]:
        for other in (item.parent, item.read_access_driver, item.write_access_driver):
            if other is not None and other not in names:
                raise ValueError(
                    f"The line item {item.name!r} names {other!r}, which is not in its module. "
                    "Name a line item of the module."
                )
        if item.is_calculated:
            formula_sql(items, item, lambda other: other.id)
    return items


_LINE_ITEM_OPTIONS = (
    *("id", "format", "list", "formula", "code", "notes", "summary", "style"),
    *("parent", "read_access_driver", "write_access_driver", "data_tags", "given"),
)
SUMMARIES = ("Sum", "Formula", "None")


def _line_item(name: str, given: FormatLike, ids: object_ids.Ids) -> LineItem:
    label = f"line item {name!r}"
    options = dict(given) if isinstance(given, Mapping) else {}
    if unknown := [option for option in options if option not in _LINE_ITEM_OPTIONS]:
        raise ValueError(
            f"The {label} has no option {unknown[0]!r}; it has {', '.join(_LINE_ITEM_OPTIONS)}."
        )
    given_values = options.get("given", "none")
    if given_values not in get_args(GivenValues):
        raise ValueError(f"given must be 'none', 'totals' or 'all' for {label}.")
    if given_values == "none" and options.get("summary") not in (None, *SUMMARIES):
        raise ValueError(f"The summary of {label} must be one of {', '.join(SUMMARIES)}.")
    if (
        given_values == "none"
        and options.get("summary") == "Formula"
        and not options.get("formula")
    ):
        raise ValueError(f"The {label} has the summary Formula, so it needs a formula.")
    given_tags = options.pop("data_tags", ())
    tags = tuple(
        (ids.tag(tag, given_tags[tag] if isinstance(given_tags, Mapping) else None), tag)
        for tag in given_tags
    )
    item = LineItem(
        ids.take(object_ids.LINE_ITEM, options.pop("id", None), label),
        name,
        parse_format(given, label),
        data_tags=tags,
        **{key: value for key, value in options.items() if key not in ("format", "list")},
    )
    if given_values != "none":
        return item
    if item.formula is not None and item.format.type != "NUMBER":
        raise ValueError(f"The {label} has a formula, so its format must be NUMBER.")
    if item.summary == "Sum" and item.format.type != "NUMBER":
        raise ValueError(f"The {label} has the summary Sum, so its format must be NUMBER.")
    return item


def parse_dimension(given: DimensionLike, lists: Iterable[ListDefinition]) -> Dimension:
    """Parse a dimension: a list, its name, "Time", "Versions" or "Line items"."""
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
    known = ["Time", "Versions", *(repr(lst.name) for lst in lists)]
    raise ValueError(f"{name!r} is not a dimension of this model. Use one of {', '.join(known)}.")


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
    rest = tuple(dimension for dimension in every if dimension not in named)
    if pages is not None and rest:
        raise ValueError(
            f"The view has no axis for {', '.join(repr(d.name) for d in rest)}. Put each on its "
            "rows, columns or pages."
        )
    if not rows or not columns:
        raise ValueError("A view needs a dimension on its rows and one on its columns.")
    return rows, columns, pages if pages is not None else rest


def default_axes(
    module: ModuleDefinition,
) -> tuple[tuple[Dimension, ...], tuple[Dimension, ...], tuple[Dimension, ...]]:
    """Return the axes of a module's default view.

    Time is on columns and line items on rows; a module without Time has line items on columns.
    """
    if TIME in module.dimensions:
        pages = tuple(dimension for dimension in module.dimensions if dimension != TIME)
        return (LINE_ITEMS,), (TIME,), pages
    return module.dimensions[:1], (LINE_ITEMS,), module.dimensions[1:]


def check_module(module: ModuleDefinition) -> None:
    """Raise ValueError if two dimensions or line items have the same name."""
    names = module_targets(module)
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
