"""The cells of a view as text: asked for at once, or by a large read if there are too many."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from anaplan_frames.cells.item_filter import ItemFilter
from anaplan_frames.cells.item_selection import SelectedItems, Selection
from anaplan_frames.cells.view_shape import Cells, schema_by_header, shows_one_page
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.errors import NotFound, PermissionDenied, RequestRefused
from anaplan_frames.progress import Progress
from anaplan_frames.resources.row_filters import FilteredTable, RowFilter, column_filters
from anaplan_frames.resources.table_source import TableSource
from anaplan_frames.resources.text_tables import TextTable
from anaplan_frames.transfer.large_read import large_read
from anaplan_frames.transport import Content, Transport

LAYOUT = "TABULAR_MULTI_COLUMN"
# Some tenants refuse plain text; the other form quotes texts that look like formulas.
_ACCEPTED = ("text/csv", "text/csv;escaped=true")


@dataclass(frozen=True, slots=True)
class CellText:
    """The text of a view or some of its pages, which is not fetched yet.

    Attributes
    ----------
    transport : Transport
        The connection's.
    path : str
        The view's.
    module_id : str
        Its module's id.
    label : str
        The view in words, for messages.
    cells : Cells
        Its dimensions and line items.
    selection : Selection
        The items and values that are asked for.
    """

    transport: Transport
    path: str
    module_id: str
    label: str
    cells: Cells
    selection: Selection

    def table(self, filters: Sequence[RowFilter] = ()) -> TableSource:
        """Return the tidy table of the text, of the rows that the filters keep, too."""
        columns = self.cells.columns
        by_id = {column.id: column.name for column in columns if column.kind == "dimension"}
        text = TextTable(self._fetch, Dialect(), schema_by_header(columns, self.left_out))
        of_items = [
            ItemFilter(
                by_id[items.dimension.id], items.labels, self.label, partial(self._shows, items)
            )
            for items in self.selection.items
            if items.dimension.id in by_id
        ]
        every = [*of_items, *filters, *column_filters(self.selection.values)]
        return FilteredTable(text, every, f"The text of {self.label}") if every else text

    def _shows(self, items: SelectedItems) -> bool:
        """Ask whether the view shows any of the items, which it may hide, filter or keep secret.

        If Anaplan does not say it, the view might show them.
        """
        path = f"{self.path}/dimensions/{items.dimension.id}/items"
        label = f"items of {items.dimension.name!r} of {self.label}"
        try:
            shown = self.transport.get(path, label=label).get("items") or ()
        except (NotFound, PermissionDenied, RequestRefused):
            return True
        return any(str(item["id"]) in items.ids for item in shown)

    @property
    def left_out(self) -> Collection[str]:
        """The columns of headings, and of the line items that are not asked for."""
        shown, headings = self.selection.line_items, self.cells.headings
        line_items = [column for column in self.cells.columns if column.kind == "line item"]
        return {
            column.name
            for column in line_items
            if column.id in headings or (shown and column.id not in shown)
        }

    def _fetch(self, bar: Progress) -> Iterator[Content]:
        text = self._at_once()
        if text is not None:
            bar.advance(len(text))
            yield text
            return
        body = {"exportType": LAYOUT}
        yield from large_read(self.transport, self.path, body, label=self.label, progress=bar)

    def _at_once(self) -> Content | None:
        """Return the text; None if Anaplan does not give all of it in one answer."""
        pages = [items for items in self.selection.items if items.is_page]
        selected = {items.dimension for items in pages}
        rest = [dimension for dimension in self.cells.axes.pages if dimension not in selected]
        if any(dimension.is_line_items for dimension in rest):
            return None  # the answer may have only the line item of the current page
        params = {"exportType": LAYOUT, "moduleId": self.module_id}
        if pages:
            params["pages"] = ",".join(items.selector for items in pages)
        text = self._fetch_at_once(params)
        # The documentation does not say whether all pages come if none is selected.
        whole = text is not None and not (
            rest and shows_one_page(text, [dimension.name for dimension in rest])
        )
        return text if whole else None

    def _fetch_at_once(self, params: dict[str, str]) -> Content | None:
        for accept in _ACCEPTED:
            try:
                return self.transport.download_large(
                    f"{self.path}/data", label=self.label, params=params, headers={"Accept": accept}
                )
            except RequestRefused as refused:
                if "cell" in refused.reason.casefold():  # there are too many
                    return None
        return None
