"""The cells of a view as text: asked for at once, or where that is too much, by a large read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from anaplan_frames.cells.derived_tables import SelectedTable
from anaplan_frames.cells.page_selection import Page
from anaplan_frames.cells.view_shape import Cells, schema_by_header, shows_one_page
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.errors import RequestRefused
from anaplan_frames.progress import Progress
from anaplan_frames.resources.table_reader import TableSource, TextTable
from anaplan_frames.transfer.large_read import large_read
from anaplan_frames.transport import Content, Transport

LAYOUT = "TABULAR_MULTI_COLUMN"
# Some tenants refuse plain text; the other form has quotes around what looks like a formula.
_ACCEPTED = ("text/csv", "text/csv;escaped=true")


@dataclass(frozen=True, slots=True)
class CellText:
    """The text of some pages of a view, which is not fetched yet.

    Attributes
    ----------
    transport : Transport
        The connection's.
    path : str
        The view's.
    module_id : str
        Its module's id.
    label : str
        It in words, for messages.
    cells : Cells
        Its dimensions and line items.
    pages : tuple of Page
        The items that are selected of the dimensions on its pages.
    """

    transport: Transport
    path: str
    module_id: str
    label: str
    cells: Cells
    pages: tuple[Page, ...]

    def table(self) -> TableSource:
        """Return the tidy table of the pages."""
        columns = self.cells.columns
        by_id = {column.id: column.name for column in columns if column.kind == "dimension"}
        text = TextTable(self._fetch, Dialect(), schema_by_header(columns, self._left_out()))
        items = {
            by_id[page.dimension.id]: page.labels
            for page in self.pages
            if page.dimension.id in by_id
        }
        return SelectedTable(text, items, self.label) if items else text

    def _left_out(self) -> Collection[str]:
        """Return the columns of the line items that are not on the selected page."""
        shown = {page.id for page in self.pages if page.dimension.is_line_items}
        line_items = [column for column in self.cells.columns if column.kind == "line item"]
        return {column.name for column in line_items if shown and column.id not in shown}

    def _fetch(self, bar: Progress) -> Iterator[Content]:
        text = self._at_once()
        if text is not None:
            bar.advance(len(text))
            yield text
            return
        body = {"exportType": LAYOUT}
        yield from large_read(self.transport, self.path, body, label=self.label, progress=bar)

    def _at_once(self) -> Content | None:
        """Return the text; None where Anaplan does not give all of it so."""
        selected = {page.dimension for page in self.pages}
        rest = [dimension for dimension in self.cells.axes.pages if dimension not in selected]
        if any(dimension.is_line_items for dimension in rest):
            return None  # perhaps it is the one line item of the current page
        params = {"exportType": LAYOUT, "moduleId": self.module_id}
        if self.pages:
            params["pages"] = ",".join(page.selector for page in self.pages)
        text = self._asked(params)
        # Whether all pages come where none is selected, the documentation does not say.
        whole = text is not None and not (
            rest and shows_one_page(text, [dimension.name for dimension in rest])
        )
        return text if whole else None

    def _asked(self, params: dict[str, str]) -> Content | None:
        for accept in _ACCEPTED:
            try:
                return self.transport.download_large(
                    f"{self.path}/data", label=self.label, params=params, headers={"Accept": accept}
                )
            except RequestRefused as refused:
                if "cell" in refused.reason.casefold():  # there are too many
                    return None
        return None
