"""The items that ``pages=`` selects of a view's page dimensions, found by name, code or id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anaplan_frames.cells.dimensions import line_item_items_path
from anaplan_frames.cells.view_shape import Axes, Dimension, LineItem
from anaplan_frames.errors import NotFound, RequestRefused
from anaplan_frames.lookup import find_id, matching_ids, not_found, only_id
from anaplan_frames.resources.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class SelectedItem:
    """One item that is selected of one dimension.

    Attributes
    ----------
    dimension : Dimension
        The dimension, which is on the view's pages.
    id : str
        The item's id.
    labels : frozenset of str
        What the item may be called in the text: its name or its code.
    """

    dimension: Dimension
    id: str
    labels: frozenset[str]

    @property
    def selector(self) -> str:
        """The item in the service's query."""
        return f"{self.dimension.id}:{self.id}"


def select_pages(
    catalogue: Catalogue,
    axes: Axes,
    line_items: Sequence[LineItem],
    pages: Mapping[str, str],
    label: str,
) -> tuple[SelectedItem, ...]:
    """Find the items that are asked for.

    Parameters
    ----------
    line_items : sequence of LineItem
        Of the view's module.
    pages : mapping of str to str
        Dimension -> item; either by name or id, an item also by its code.
    label : str
        The view in words, for messages.

    Raises
    ------
    NotFound
        If the view has no such dimension on its pages, or that has no such item; suggests near
        names.
    AmbiguousName
        If several dimensions or items have the name.
    """
    found = []
    for name, item in pages.items():
        dimension = _dimension(axes, str(name), label)
        if dimension.is_line_items:
            found.append(_line_item(dimension, line_items, str(item), label))
        else:
            items = _Items(catalogue, dimension, line_items, label)
            found.append(items.find(str(item)))
    return tuple(found)


def _dimension(axes: Axes, name: str, label: str) -> Dimension:
    names = _names(axes.pages)
    found = matching_ids(name, names)
    if not found:
        raise _not_on_pages(axes, name, label)
    id_ = only_id(name, found, names, kind="dimensions", owner=f"on the pages of {label}")
    return next(dimension for dimension in axes.pages if dimension.id == id_)


def _not_on_pages(axes: Axes, name: str, label: str) -> NotFound:
    for axis, dimensions in (("rows", axes.rows), ("columns", axes.columns)):
        if matching_ids(name, _names(dimensions)):
            return NotFound(
                f"{name!r} is on the {axis} of {label}, not on its pages. Read it, and select with "
                "pandas; or make a view that has it on its pages."
            )
    if not axes.pages:
        return NotFound(f"There is no {name!r} on the pages of {label}. Nothing is on them.")
    names = _names(axes.pages).values()
    return not_found(name, names, kind="dimensions", owner=f"on the pages of {label}")


def _line_item(
    dimension: Dimension, line_items: Sequence[LineItem], name: str, label: str
) -> SelectedItem:
    names = _names(line_items)
    id_ = find_id(name, names, kind="line items", owner=f"of {label}")
    return SelectedItem(dimension, id_, frozenset({names[id_]}))


def _names(things: Iterable[Dimension | LineItem]) -> dict[str, str]:
    return {each.id: each.name for each in things}


class _Items:
    """The items of one dimension, asked for by name, so that a long list is not fetched."""

    def __init__(
        self,
        catalogue: Catalogue,
        dimension: Dimension,
        line_items: Sequence[LineItem],
        label: str,
    ) -> None:
        self._catalogue = catalogue
        self._dimension = dimension
        self._line_items = line_items
        self._label = label

    def find(self, text: str) -> SelectedItem:
        """Find an item by its name, its code or its id, in this order."""
        named = [item for item in self._ask("names", text) if item["name"] == text]
        if len(named) > 1:
            ids = [str(item["id"]) for item in named]  # more than one: `only_id` raises
            only_id(text, ids, {}, kind="items", owner=f"of {self._dimension.name!r}")
        for item in (*named, *self._ask("codes", text)):
            if text in (item.get("name"), item.get("code")):
                return self._selected(item)
        every = self._all()
        for item in every:
            if text == str(item["id"]):
                return self._selected(item)
        raise not_found(
            text,
            [str(item["name"]) for item in every],
            kind="items",
            owner=f"of {self._dimension.name!r}, which is on the pages of {self._label}",
        )

    def _selected(self, item: Mapping[str, Any]) -> SelectedItem:
        labels = {str(item[key]) for key in ("name", "code") if item.get(key)}
        return SelectedItem(self._dimension, str(item["id"]), frozenset(labels))

    def _ask(self, key: str, text: str) -> list[Mapping[str, Any]]:
        path = f"{self._catalogue.path}/dimensions/{self._dimension.id}/items"
        label = f"items of {self._dimension.name!r}"
        try:
            answer = self._catalogue.transport.post(path, label=label, json={key: [text]})
        except RequestRefused:
            if key == "codes":  # a dimension without codes
                return []
            raise
        return answer.get("items") or []

    def _all(self) -> list[Mapping[str, Any]]:
        """Fetch all items, by a line item: only this works for Time and Versions, too."""
        if not self._line_items:
            return []
        path = line_item_items_path(self._catalogue, self._line_items[0].id, self._dimension.id)
        answer = self._catalogue.transport.get(path, label=f"items of {self._dimension.name!r}")
        return answer.get("items") or []
