"""Views: the cells of a module read as a table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from anaplan_frames.cells.cell_reader import CellsReadable
from anaplan_frames.cells.line_items import line_item_records
from anaplan_frames.lookup import exactly_matching_ids
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.resources.collection import Collection

_QUOTES = re.compile(r"^'|'$|(?<=\.)'|'(?=\.)")


class View(CellsReadable):
    """A view of a module; its default view has the module's id and name."""

    kind: ClassVar[str] = "view"
    plural: ClassVar[str] = "views"

    @property
    def module_id(self) -> str:
        """The id of the module whose cells it shows."""
        return str(self.info["moduleId"])


class Views(Collection[View]):
    """The views of a model; a line item's view is found, too, though it is not listed.

    Anaplan names a saved view by its module and itself, with single quotes around names with
    special characters: ``'P&L/US'.'By month'``. Here ``P&L/US.By month`` is enough, and so is
    ``By month`` if no other view has that name. A line item's view is found by the line item's id,
    and by ``P&L/US.Price`` if no saved view is called so.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(catalogue, View)

    def __getitem__(self, key: str) -> View:
        """Return the view with this id or name, or that of a line item; see `Collection`."""
        item = None if self._listed(key) else self._of_line_item(str(key))
        return View(self._catalogue, item) if item else super().__getitem__(key)

    def ids_of(self, key: object) -> list[str]:
        """Return the ids of the views with this id or else this name; empty if there is none."""
        item = None if self._listed(key) else self._of_line_item(str(key))
        return [item["id"]] if item else self._listed(key)

    def _listed(self, key: object) -> list[str]:
        views = self._records.items()
        return (
            exactly_matching_ids(str(key), self._names)
            or [id_ for id_, view in views if _plain(view["name"]) == key]
            or [id_ for id_, view in views if _plain(view["name"]) == f"{self._module(view)}.{key}"]
            or super().ids_of(key)
        )

    def _module(self, view: Mapping[str, Any]) -> str:
        """Return the name of a view's module."""
        modules = self._catalogue.records("modules")
        return str(modules.get(str(view.get("moduleId")), {}).get("name", ""))

    def _of_line_item(self, key: str) -> Mapping[str, Any] | None:
        """Return the view of a line item (its subsidiary view) as a listing would have it.

        The line item is given by its id, or by its module's name and its own: ``Costs.Price``.
        """
        # Only then it is worth a request for the line items: "sales.csv" is a file.
        views = self._records.items()
        modules = (view["name"] for id_, view in views if view.get("moduleId") == id_)
        if not key.isdigit() and not any(key.startswith(f"{_plain(name)}.") for name in modules):
            return None
        for record in line_item_records(self._catalogue):
            name = f"{record['moduleName']}.{record['name']}"
            if key in (str(record["id"]), name):
                return {"id": str(record["id"]), "name": name, "moduleId": record["moduleId"]}
        return None


def _plain(name: str) -> str:
    """Take the quotes off a view's name, or off its module's before the period."""
    return _QUOTES.sub("", name)
