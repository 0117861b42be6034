"""Which items of a view's page dimensions are meant: by name, code or id, found and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anaplan_frames.cells.view_shape import Axes, Dimension, LineItem
from anaplan_frames.errors import AmbiguousName, NotFound, RequestRefused
from anaplan_frames.messages import near_names
from anaplan_frames.resources.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Page:
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
        """How the service is told of it."""
        return f"{self.dimension.id}:{self.id}"


def select_pages(
    catalogue: Catalogue,
    axes: Axes,
    line_items: Sequence[LineItem],
    pages: Mapping[str, str],
    label: str,
) -> tuple[Page, ...]:
    """Find the items that are asked for.

    Parameters
    ----------
    line_items : sequence of LineItem
        Of the view's module.
    pages : mapping of str to str
        Dimension to item; either by name or id, an item also by its code.
    label : str
        The view in words, for messages.

    Raises
    ------
    NotFound
        If the view has no such dimension on its pages, or that has no such item; names the near
        names.
    AmbiguousName
        If several items bear the name.
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
    for dimension in axes.pages:
        if name in (dimension.id, dimension.name):
            return dimension
    for axis, dimensions in (("rows", axes.rows), ("columns", axes.columns)):
        if any(name in (dimension.id, dimension.name) for dimension in dimensions):
            raise NotFound(
                f"{name!r} is on the {axis} of {label}, not on its pages. Read it, and select with "
                "pandas; or make a view that has it on its pages."
            )
    names = [dimension.name for dimension in axes.pages]
    told = f" On them are {', '.join(map(repr, names))}." if names else " Nothing is on them."
    raise NotFound(
        f"There is no {name!r} on the pages of {label}." + (near_names(name, names) or told)
    )


def _line_item(dimension: Dimension, line_items: Sequence[LineItem], name: str, label: str) -> Page:
    for item in line_items:
        if name in (item.id, item.name):
            return Page(dimension, item.id, frozenset({item.name}))
    near = near_names(name, [item.name for item in line_items])
    raise NotFound(f"There is no line item {name!r} in {label}.{near}")


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

    def find(self, text: str) -> Page:
        """Find an item by its name, its code or its id, in this order."""
        named = [item for item in self._ask("names", text) if item["name"] == text]
        if len(named) > 1:
            ids = ", ".join(str(item["id"]) for item in named)
            raise AmbiguousName(
                f"{len(named)} items of {self._dimension.name!r} are named {text!r}. Use one of "
                f"the ids: {ids}."
            )
        for item in (*named, *self._ask("codes", text)):
            if text in (item.get("name"), item.get("code")):
                return self._page(item)
        every = self._all()
        for item in every:
            if text == str(item["id"]):
                return self._page(item)
        near = near_names(text, [str(item["name"]) for item in every])
        raise NotFound(
            f"There is no item {text!r} in {self._dimension.name!r}, which is on the pages of "
            f"{self._label}.{near}"
        )

    def _page(self, item: Mapping[str, Any]) -> Page:
        labels = {str(item[key]) for key in ("name", "code") if item.get(key)}
        return Page(self._dimension, str(item["id"]), frozenset(labels))

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
        """Fetch all items, by a line item: this alone works for Time and Versions, too."""
        if not self._line_items:
            return []
        item = self._line_items[0]
        path = f"{self._catalogue.path}/lineItems/{item.id}/dimensions/{self._dimension.id}/items"
        answer = self._catalogue.transport.get(path, label=f"items of {self._dimension.name!r}")
        return answer.get("items") or []
