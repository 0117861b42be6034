"""Dimensions as a model's builder accepts them, parsed and checked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from anaplan_frames.sandbox.planning.schema.definitions import (
    LINE_ITEMS,
    TIME,
    VERSIONS,
    Dimension,
    LineItemSubset,
    ListDefinition,
)

DimensionLike: TypeAlias = "str | Dimension | ListDefinition | LineItemSubset"
Dimensions: TypeAlias = "tuple[Dimension, ...]"


@dataclass(frozen=True, slots=True)
class DimensionParser:
    """Finds dimensions of a model.

    Attributes
    ----------
    lists : collection of ListDefinition
    line_item_subsets : collection of LineItemSubset
    levels : sequence of str
        The levels of the calendar's periods; the smallest come first.
    """

    lists: Collection[ListDefinition]
    line_item_subsets: Collection[LineItemSubset]
    levels: Sequence[str]

    def dimensions(self, given: Sequence[DimensionLike], scale: str | None = None) -> Dimensions:
        """Parse the dimensions of a module or line item, and its time scale.

        Raises
        ------
        ValueError
            If the model has no such dimension, or there is no Time for the scale.
        """
        found = tuple(map(self.dimension, given))
        if scale is None:
            return found
        if TIME not in found:
            raise ValueError(f"The time scale {scale!r} needs Time among the dimensions.")
        level = self._level(scale)
        return tuple(replace(one, scale=level) if one == TIME else one for one in found)

    def dimension(self, given: DimensionLike) -> Dimension:
        """Parse one: a list, a subset of one, a line item subset, or its name, or "Time" ...

        Raises
        ------
        ValueError
            If the model has no such dimension, or several.
        """
        if isinstance(given, Dimension):
            return given
        if isinstance(given, str):
            for fixed in (TIME, VERSIONS, LINE_ITEMS):
                if given.lower() == fixed.name.lower():
                    return fixed
        for lst in self.lists:
            if lst is given or lst.name == given:
                return Dimension(lst.id, lst.name, "list", lst)
        found = self._subsets(given)
        if len(found) > 1:
            raise ValueError(f"There are several subsets {given!r}: use the list's .subset().")
        if found:
            return found[0]
        name = given if isinstance(given, str) else given.name
        known = ["Time", "Versions", *(repr(lst.name) for lst in self.lists), "a subset"]
        raise ValueError(
            f"{name!r} is not a dimension of this model. Use one of {', '.join(known)}."
        )

    def by_id(self, id_: str) -> Dimension:
        """Return the dimension with this id.

        Raises
        ------
        KeyError
            If the model has no such dimension.
        """
        fixed = {one.id: one for one in (TIME, VERSIONS, LINE_ITEMS)}
        if id_ in fixed:
            return fixed[id_]
        every = (*map(self.dimension, self.lists), *self._every_subset())
        return {one.id: one for one in every}[id_]

    def _subsets(self, given: DimensionLike) -> list[Dimension]:
        return [one for one in self._every_subset() if given in (one.name, one.line_items)]

    def _every_subset(self) -> list[Dimension]:
        of_lists = [lst.subset(name) for lst in self.lists for name in lst.subsets]
        of_lines = [
            Dimension(one.id, one.name, "line item subset", line_items=one)
            for one in self.line_item_subsets
        ]
        return of_lists + of_lines

    def _level(self, scale: str) -> str | None:
        """Return the level of a time scale; None for the calendar's own."""
        words = {scale_word(level).lower(): level for level in self.levels if level != "all"}
        level = words.get(scale.lower(), scale.lower())
        if level not in words.values():
            known = ", ".join(scale_word(one) for one in words.values())
            raise ValueError(f"The calendar has no time scale {scale!r}; it has {known}.")
        return None if level == self.levels[0] else level


def scale_word(level: str) -> str:
    """Return a time scale in the words of the metadata: "Month", "Quarter", "Half-Year" ..."""
    return "Half-Year" if level == "half" else level.capitalize()
