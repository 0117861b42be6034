"""Modules: their cells as a table, both ways, through their default view."""

from __future__ import annotations

from typing import ClassVar

import pandas as pd

from anaplan_frames.cells.cells_writing import WritableCells
from anaplan_frames.cells.line_items import line_items_frame
from anaplan_frames.resources.listings import listing_frame


class Module(WritableCells):
    """A module of a model; it is read through its default view, and written."""

    kind: ClassVar[str] = "module"
    plural: ClassVar[str] = "modules"

    @property
    def module_id(self) -> str:
        """Its own id."""
        return self.id

    def line_items(self) -> pd.DataFrame:
        """Return its line items; the columns are those of `Model.line_items`."""
        return line_items_frame(self._catalogue, self.id)

    def views(self) -> pd.DataFrame:
        """Return its views; the first is the default view, which has the module's id.

        Returns
        -------
        pandas.DataFrame
            ``id``, ``name`` (without the module's), ``code``, ``module_id`` (text).
        """
        records = self._transport.pages(
            f"{self.path}/views", "views", label=f"views of {self.label}"
        )
        return listing_frame("views", records)
