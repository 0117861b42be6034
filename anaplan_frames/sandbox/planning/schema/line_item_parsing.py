"""Line items as a model's builder accepts them, parsed and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, get_args

from anaplan_frames.sandbox.planning.schema import object_ids
from anaplan_frames.sandbox.planning.schema.definition_parsing import FormatLike, parse_format
from anaplan_frames.sandbox.planning.schema.definitions import GivenValues, LineItem
from anaplan_frames.sandbox.planning.schema.dimension_parsing import DimensionLike, Dimensions
from anaplan_frames.sandbox.planning.schema.formulas import formula_sql, names_in

ParseDimensions: TypeAlias = Callable[[Sequence[DimensionLike], "str | None"], Dimensions]
SUMMARIES = ("Sum", "Formula", "None")
_OPTIONS = (
    *("id", "format", "list", "formula", "code", "notes", "summary", "style"),
    *("parent", "read_access_driver", "write_access_driver", "data_tags", "given"),
    *("dimensions", "time_scale"),
)
_NOT_OF_LINE_ITEM = ("id", "format", "list", "data_tags", "dimensions", "time_scale")


def parse_line_items(
    given: Mapping[str, FormatLike],
    ids: object_ids.Ids,
    known: tuple[LineItem, ...],
    of_module: Dimensions,
    parse: ParseDimensions,
) -> tuple[LineItem, ...]:
    """Parse line items of a module, which come after those it has; check their formulas.

    Parameters
    ----------
    known : tuple of LineItem
        Those that the module has.
    of_module : tuple of Dimension
        The dimensions of the module.
    parse : callable
        Parses the dimensions and the time scale of a line item.
    """
    new = [_line_item(name, form, ids, of_module, parse) for name, form in given.items()]
    items = (*known, *new)
    if not items:
        raise ValueError("A module needs at least one line item.")
    names = [item.name for item in items]
    for item in new:
        for other in (item.parent, item.read_access_driver, item.write_access_driver):
            if other is not None and other not in names:
                raise ValueError(
                    f"The line item {item.name!r} names {other!r}, which is not in its module."
                    " Name a line item of the module."
                )
        if item.is_calculated:
            _check_formula(items, item)
    return items


def _check_formula(items: Sequence[LineItem], item: LineItem) -> None:
    """Raise ValueError if a formula is not known, or names line items of other dimensions."""
    here = [one for one in items if one.dimensions is None]
    if item.dimensions is not None:
        here = [item]
    others = {one.name for one in items if one not in here}
    if used := names_in(item.formula or "") & others:
        raise ValueError(
            f"The formula of line item {item.name!r} names {min(used)!r}, which has other"
            " dimensions. The sandbox does not calculate it: use given='all'."
        )
    formula_sql(here, item, lambda other: other.id)


def _line_item(
    name: str,
    given: FormatLike,
    ids: object_ids.Ids,
    of_module: Dimensions,
    parse: ParseDimensions,
) -> LineItem:
    label = f"line item {name!r}"
    options = dict(given) if isinstance(given, Mapping) else {}
    _check_options(label, options)
    given_tags = options.get("data_tags", ())
    tags = tuple(
        (ids.tag(tag, given_tags[tag] if isinstance(given_tags, Mapping) else None), tag)
        for tag in given_tags
    )
    item = LineItem(
        ids.take(object_ids.LINE_ITEM, options.get("id"), label),
        name,
        parse_format(given, label),
        data_tags=tags,
        dimensions=_own_dimensions(options, of_module, parse),
        **{key: value for key, value in options.items() if key not in _NOT_OF_LINE_ITEM},
    )
    if item.is_heading and (item.formula or item.summary not in (None, "None")):
        raise ValueError(
            f"The {label} is a heading, so it has no formula and no summary. Leave them out."
        )
    if item.given != "none":
        return item
    if item.formula is not None and item.format.type != "NUMBER":
        raise ValueError(f"The {label} has a formula, so its format must be NUMBER.")
    if item.summary == "Sum" and item.format.type != "NUMBER":
        raise ValueError(f"The {label} has the summary Sum, so its format must be NUMBER.")
    return item


def _check_options(label: str, options: Mapping[str, Any]) -> None:
    """Raise ValueError if a line item has an option that does not exist or fit."""
    if unknown := [option for option in options if option not in _OPTIONS]:
        raise ValueError(f"The {label} has no option {unknown[0]!r}; it has {', '.join(_OPTIONS)}.")
    given = options.get("given", "none")
    if given not in get_args(GivenValues):
        raise ValueError(f"given must be 'none', 'totals' or 'all' for {label}.")
    if given != "none":
        return
    summary = options.get("summary")
    if summary not in (None, *SUMMARIES):
        raise ValueError(f"The summary of {label} must be one of {', '.join(SUMMARIES)}.")
    if summary == "Formula" and not options.get("formula"):
        raise ValueError(f"The {label} has the summary Formula, so it needs a formula.")


def _own_dimensions(
    options: Mapping[str, Any], of_module: Dimensions, parse: ParseDimensions
) -> Dimensions | None:
    """Parse the dimensions of a line item; None if they are those of its module."""
    if not {"dimensions", "time_scale"} & options.keys():
        return None
    own = parse(options.get("dimensions", of_module), options.get("time_scale"))
    return None if _shape(own) == _shape(of_module) else own


def _shape(dimensions: Dimensions) -> set[tuple[str, str | None]]:
    return {(one.id, one.scale) for one in dimensions}
