"""What a saved view shows of its module: chosen items, levels, filtered rows, chosen pages."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypedDict, get_args

from anaplan_frames.sandbox.planning.schema.chosen_items import (
    Comparison,
    Condition,
    ViewChoices,
)
from anaplan_frames.sandbox.planning.schema.definitions import (
    LINE_ITEMS,
    Dimension,
    LineItem,
    ModuleDefinition,
)

ConditionLike: TypeAlias = "bool | float | str | datetime.date | tuple[Comparison, Any] | None"
_PERIODS = ("week", "month", "period", "quarter", "half", "year", "all")
_TYPES: dict[str, tuple[type, ...]] = {
    "NUMBER": (int, float),
    "BOOLEAN": (bool,),
    "TEXT": (str,),
    "DATE": (datetime.date,),
}


class ViewOptions(TypedDict, total=False):
    """Options as the builder takes them; `Model.view` describes them."""

    show: Mapping[str, Sequence[str]]
    hide: Mapping[str, Sequence[str]]
    levels: Mapping[str, Sequence[str]]
    where: Mapping[str, ConditionLike]
    omit_empty: bool
    chosen: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Axes:
    """The dimensions of a view, for the check of its options."""

    module: ModuleDefinition
    columns: tuple[Dimension, ...]
    pages: tuple[Dimension, ...]

    def find(self, name: str, option: str) -> Dimension:
        for dimension in (*self.module.dimensions, LINE_ITEMS):
            if name.casefold() == dimension.name.casefold():
                return dimension
        raise ValueError(
            f"{option} names {name!r}, which is not a dimension of the view. Name one that is."
        )


def parse_choices(
    module: ModuleDefinition,
    columns: tuple[Dimension, ...],
    pages: tuple[Dimension, ...],
    given: ViewOptions,
) -> ViewChoices:
    """Check the options of a view.

    Raises
    ------
    ValueError
        If one does not exist, or names something that the view does not have.
    """
    if unknown := sorted(given.keys() - ViewOptions.__annotations__.keys()):
        names = ", ".join(ViewOptions.__annotations__)
        raise ValueError(f"A view has no option {unknown[0]!r}; it has {names}.")
    axes = _Axes(module, columns, pages)
    conditions = tuple(
        _condition(axes, name, condition) for name, condition in given.get("where", {}).items()
    )
    choices = ViewChoices(
        shown=_names(axes, given.get("show", {}), "show"),
        hidden=_names(axes, given.get("hide", {}), "hide"),
        levels=_levels(axes, given.get("levels", {})),
        conditions=conditions,
        omit_empty=bool(given.get("omit_empty", False)),
        chosen=_chosen(axes, given.get("chosen", {})),
    )
    if not choices.line_items(module.line_items):
        raise ValueError("The view shows no line item. Choose at least one.")
    return choices


def options_of(choices: ViewChoices, names: Mapping[str, str]) -> dict[str, Any]:
    """Return choices as the builder takes them; `names` are those of the dimensions, by id."""
    given = {
        "show": {names[id_]: items for id_, items in choices.shown.items()},
        "hide": {names[id_]: items for id_, items in choices.hidden.items()},
        "levels": {names[id_]: levels for id_, levels in choices.levels.items()},
        "where": {each.item: (each.comparison, each.value) for each in choices.conditions},
        "omit_empty": choices.omit_empty,
        "chosen": {names[id_]: item for id_, item in choices.chosen.items()},
    }
    return {name: value for name, value in given.items() if value}


def _names(
    axes: _Axes, given: Mapping[str, Sequence[str]], option: str
) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, items in given.items():
        dimension = axes.find(name, option)
        if isinstance(items, str):
            raise ValueError(f"{option} needs a list of items of {name!r}, not the text {items!r}.")
        if dimension == LINE_ITEMS:
            for item in items:
                _line_item(axes.module, item, option)
        found[dimension.id] = tuple(items)
    return found


def _line_item(module: ModuleDefinition, name: str, option: str) -> LineItem:
    for item in module.line_items:
        if item.name == name:
            return item
    raise ValueError(
        f"{option} names {name!r}, which is not a line item of {module.name!r}. Name one that is."
    )


def _levels(axes: _Axes, given: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, levels in given.items():
        dimension = axes.find(name, "levels")
        if dimension.list is not None:
            known = [each.name for each in dimension.list.lineage]
            if unknown := [level for level in levels if level not in known]:
                raise ValueError(
                    f"levels names {unknown[0]!r}. Use lists of {name!r}: {', '.join(known)}."
                )
        elif dimension.kind != "time":
            raise ValueError(f"levels names {name!r}, which has no levels. Leave it out.")
        elif unknown := [level for level in levels if level not in _PERIODS]:
            kinds = ", ".join(_PERIODS)
            raise ValueError(f"levels names {unknown[0]!r}. Use levels of Time: {kinds}.")
        found[dimension.id] = tuple(levels)
    return found


def _chosen(axes: _Axes, given: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name, item in given.items():
        dimension = axes.find(name, "chosen")
        if dimension not in axes.pages:
            raise ValueError(
                f"chosen names {name!r}, which is not on the pages of the view. "
                "Put it there, or leave it out."
            )
        if dimension == LINE_ITEMS:
            _line_item(axes.module, item, "chosen")
        found[dimension.id] = item
    return found


def _condition(axes: _Axes, name: str, given: ConditionLike) -> Condition:
    """Parse a condition: a value, or a comparison with one."""
    item = _line_item(axes.module, name, "where")
    if not axes.module.has_cells_of(item):
        raise ValueError(
            f"where names {name!r}, whose values the view does not show. Name another line item."
        )
    if LINE_ITEMS not in (*axes.columns, *axes.pages):
        raise ValueError("where needs a view with the line items on columns or on pages.")
    comparison: Comparison
    value: float | bool | str | datetime.date | None
    comparison, value = given if isinstance(given, tuple) else ("=", given)
    if comparison not in get_args(Comparison):
        known = ", ".join(get_args(Comparison))
        raise ValueError(f"where cannot compare by {comparison!r}. Use one of {known}.")
    if value is None:
        if comparison not in ("=", "<>"):
            raise ValueError(
                f"where can only compare {name!r} with None by = and <>. Use one of these."
            )
        return Condition(item.name, comparison, None)
    if not _is_comparable(item, value):
        kind = item.format.type
        raise ValueError(
            f"where compares {name!r}, a line item of format {kind}, with {value!r}. "
            "Give a value of that format."
        )
    if item.format.type not in _TYPES and comparison not in ("=", "<>"):
        raise ValueError(
            f"where can only compare the items of {name!r} by = and <>. Use one of these."
        )
    return Condition(item.name, comparison, value)


def _is_comparable(item: LineItem, value: object) -> bool:
    """Return whether the values of a line item can be compared with a value."""
    types = _TYPES.get(item.format.type, (str,))
    return isinstance(value, types) and (bool in types or not isinstance(value, bool))
