"""The items and values that ``where=`` asks for, found by name, code or id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from anaplan_frames.calendar.period_names import PeriodNames
from anaplan_frames.cells.dimensions import line_item_items_path
from anaplan_frames.cells.view_shape import Axes, CellColumn, Dimension, LineItem
from anaplan_frames.errors import RequestRefused
from anaplan_frames.lookup import find_id, matching_ids, not_found, only_id
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.resources.where import Asked, Value, as_day, as_text

_KEYS = ("name", "code", "id")


@dataclass(frozen=True, slots=True)
class SelectedItems:
    """The items that are asked for of one dimension.

    Attributes
    ----------
    dimension : Dimension
        The dimension.
    ids : tuple of str
        The items' ids.
    labels : frozenset of str
        What the items may be called in the text: their names or codes.
    on_page : bool
        Whether the dimension is on the view's pages.
    """

    dimension: Dimension
    ids: tuple[str, ...]
    labels: frozenset[str]
    on_page: bool = True

    @property
    def is_page(self) -> bool:
        """Whether Anaplan can be asked for it: one item of a dimension on pages."""
        return self.on_page and len(self.ids) == 1

    @property
    def selector(self) -> str:
        """The only item in the service's query."""
        return f"{self.dimension.id}:{self.ids[0]}"


@dataclass(frozen=True, slots=True)
class Selection:
    """What ``where=`` asks for.

    Attributes
    ----------
    items : tuple of SelectedItems
        Of dimensions.
    values : dict
        By the columns of line items, their values.
    """

    items: tuple[SelectedItems, ...] = ()
    values: Asked = field(default_factory=dict)

    @property
    def line_items(self) -> frozenset[str]:
        """The ids of the only line items to read; empty if all are."""
        of_lines = (each.ids for each in self.items if each.dimension.is_line_items)
        return frozenset(id_ for ids in of_lines for id_ in ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Finds what ``where=`` asks for in a view.

    Attributes
    ----------
    catalogue : Catalogue
        The model's.
    axes : Axes
        The view's dimensions.
    line_items : sequence of LineItem
        Of the view's module.
    sample : str or None
        The id of a line item with the view's dimensions, by which their items are asked for.
    columns : sequence of CellColumn
        The columns of the view's table.
    periods : callable
        Returns the names of the model's periods, for dates, and the time scale that they are on.
    label : str
        The view in words, for messages.
    """

    catalogue: Catalogue
    axes: Axes
    line_items: Sequence[LineItem]
    sample: str | None
    columns: Sequence[CellColumn]
    periods: Callable[[], tuple[PeriodNames, str | None]]
    label: str

    def select(self, asked: Asked) -> Selection:
        """Find the items and columns.

        Raises
        ------
        NotFound
            If the view has no such dimension or line item, or a dimension has no such item;
            suggests near names.
        AmbiguousName
            If several dimensions or items have the name.
        """
        dimensions = {each.id: each for each in self.axes.every}
        names = {each.id: each.name for each in dimensions.values()}
        names |= {each.id: each.name for each in self.columns if each.id not in names}
        found, values = [], {}
        for key, wanted in asked.items():
            kind = "dimensions and line items"
            id_ = _dimension_first(key, names, dimensions, kind, f"of {self.label}")
            if id_ in dimensions:
                found.append(self._items(dimensions[id_], wanted))
            else:
                values[next(each.name for each in self.columns if each.id == id_)] = wanted
        return Selection(tuple(found), values)

    def _items(self, dimension: Dimension, wanted: Sequence[Value]) -> SelectedItems:
        texts = list(dict.fromkeys(self._texts(dimension, wanted)))
        on_page = dimension in self.axes.pages
        if dimension.is_line_items:
            if not texts:
                raise ValueError("where= names no line item: give one, or leave it out.")
            names = {each.id: each.name for each in self.line_items}
            ids = [find_id(t, names, kind="line items", owner=f"of {self.label}") for t in texts]
            return SelectedItems(
                dimension, tuple(ids), frozenset(names[id_] for id_ in ids), on_page
            )
        finder = _ItemFinder(self.catalogue, dimension, self.sample, self.label)
        items = finder.find(texts) if texts else []
        labels = {str(item[key]) for item in items for key in ("name", "code") if item.get(key)}
        ids = list(dict.fromkeys(str(item["id"]) for item in items))
        return SelectedItems(dimension, tuple(ids), frozenset(labels), on_page)

    def _texts(self, dimension: Dimension, wanted: Sequence[Value]) -> Iterable[str]:
        """Return the values as texts; a date is the period that holds it."""
        days = [day for day in wanted if isinstance(day, dt.date)]
        if not days or not dimension.is_time:
            return map(as_text, wanted)
        names, scale = self.periods()
        dates = pa.array([as_day(day) for day in days], pa.date32())
        found = names.names(dates, scale).to_pylist()
        named = dict(zip(days, found, strict=True))
        return (named[v] if isinstance(v, dt.date) else as_text(v) for v in wanted)


def _dimension_first(
    key: str, names: Mapping[str, str], dimensions: Mapping[str, Any], kind: str, owner: str
) -> str:
    """Find a dimension or line item; a dimension if both have the name."""
    ids = matching_ids(key, names)
    of_dimensions = [id_ for id_ in ids if id_ in dimensions]
    return only_id(key, of_dimensions or ids, names, kind=kind, owner=owner)


class _ItemFinder:
    """The items of one dimension, asked for by name, so that a long list is not fetched."""

    def __init__(
        self,
        catalogue: Catalogue,
        dimension: Dimension,
        sample: str | None,
        label: str,
    ) -> None:
        self._catalogue = catalogue
        self._dimension = dimension
        self._sample = sample
        self._label = label

    def find(self, texts: Sequence[str]) -> list[Mapping[str, Any]]:
        """Find items by their names, codes or ids, in this order."""
        found: dict[str, Mapping[str, Any]] = {}
        self._take(found, texts, self._ask("names", texts), ("name",))
        missing = [text for text in texts if text not in found]
        if missing:
            self._take(found, missing, self._ask("codes", missing), ("code", "name"))
        missing = [text for text in texts if text not in found]
        if missing:
            every = self._all()
            for key in _KEYS:
                missing = [text for text in texts if text not in found]
                self._take(found, missing, every, (key,))
            for text in texts:
                if text not in found:
                    found[text] = self._folded(text, every)
        return [found[text] for text in texts]

    def _folded(self, text: str, items: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        """Return the only item whose name or else code is the same as a text when folded."""
        by_id = {str(item["id"]): item for item in items}
        owner = f"of {self._dimension.name!r} in {self._label}"
        names = {id_: str(item.get("name") or "") for id_, item in by_id.items()}
        codes = {id_: str(item["code"]) for id_, item in by_id.items() if item.get("code")}
        known = names if matching_ids(text, names) else codes
        ids = matching_ids(text, known)
        if not ids:
            raise not_found(text, names.values(), kind="items", owner=owner)
        return by_id[only_id(text, ids, known, kind="items", owner=owner)]

    def _take(
        self,
        found: dict[str, Mapping[str, Any]],
        texts: Sequence[str],
        items: Iterable[Mapping[str, Any]],
        keys: Sequence[str],
    ) -> None:
        """Add the items that the texts name; several of one name are an error."""
        wanted = set(texts)
        named: dict[str, dict[str, Mapping[str, Any]]] = {}
        for item in items:
            for key in keys:
                text = str(item.get(key) or "")
                if text in wanted and text not in found:
                    named.setdefault(text, {})[str(item["id"])] = item
        for text, by_id in named.items():
            owner = f"of {self._dimension.name!r}"
            found[text] = by_id[only_id(text, list(by_id), {}, kind="items", owner=owner)]

    def _ask(self, key: str, texts: Sequence[str]) -> list[Mapping[str, Any]]:
        path = f"{self._catalogue.path}/dimensions/{self._dimension.id}/items"
        label = f"items of {self._dimension.name!r}"
        try:
            answer = self._catalogue.transport.post(path, label=label, json={key: list(texts)})
        except RequestRefused:
            if key == "codes":  # a dimension without codes
                return []
            raise
        return answer.get("items") or []

    def _all(self) -> list[Mapping[str, Any]]:
        """Fetch all items, totals included, by a line item: this works for Time, too."""
        if self._sample is None:
            return []
        path = line_item_items_path(self._catalogue, self._sample, self._dimension.id)
        answer = self._catalogue.transport.get(path, label=f"items of {self._dimension.name!r}")
        return answer.get("items") or []
