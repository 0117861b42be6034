"""Modules: their cells read and written as a tidy table, through their default view."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any, ClassVar, Literal, Self, overload

import pandas as pd

from anaplan_frames.cells.cell_matching import MatchBy
from anaplan_frames.cells.line_items import line_items_frame
from anaplan_frames.cells.module_write import CellRules, cell_rules, prepare_cells
from anaplan_frames.cells.prepared_cells import PreparedCells
from anaplan_frames.cells.views import View
from anaplan_frames.dataframes.sources import Source
from anaplan_frames.dataframes.spool import open_kept
from anaplan_frames.deadline import time_limit
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.resources.listings import listing_frame
from anaplan_frames.results import WriteResult
from anaplan_frames.writes.plan import WritePlan, plan_of
from anaplan_frames.writes.result_builder import OnRejected, check_result
from anaplan_frames.writes.send_options import send_options


class Module(View):
    """A module of a model; it is read through its default view, and written."""

    kind: ClassVar[str] = "module"
    plural: ClassVar[str] = "modules"
    _id_prefix: ClassVar[str] = "102"
    _totals: ClassVar[bool | None] = False

    @classmethod
    def of_id(
        cls, catalogue: Catalogue, id_: str, *, needs_listing: bool | None = None
    ) -> Self | None:
        """Return the module with an id by the answer about its default view, which has its id.

        The parameters are those of `Resource.of_id`.
        """
        view = catalogue.confirmed(f"views/{id_}", f"module {id_}") if cls.has_id(id_) else None
        if view is None or str(view.get("viewId") or id_) != id_:
            return None
        return cls(catalogue, {"id": id_, "name": view.get("viewName")}, listed=False)

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

    @overload
    def write(
        self,
        data: Any,
        *,
        dry_run: Literal[False] = False,
        mapping: Mapping[Hashable, str] | None = None,
        fixed: Mapping[str, str] | None = None,
        match_by: MatchBy = None,
        blank: bool = False,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult: ...

    @overload
    def write(
        self,
        data: Any,
        *,
        dry_run: Literal[True],
        mapping: Mapping[Hashable, str] | None = None,
        fixed: Mapping[str, str] | None = None,
        match_by: MatchBy = None,
        blank: bool = False,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WritePlan: ...

    def write(
        self,
        data: Any,
        *,
        dry_run: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        fixed: Mapping[str, str] | None = None,
        match_by: MatchBy = None,
        blank: bool = False,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult | WritePlan:
        """Write cells from a tidy table as `read` returns it: only the columns that it has.

        Parameters
        ----------
        data : DataFrame, Arrow data or iterator
            As for `anaplan_frames.to_anaplan`: one column per dimension, one per line item. Instead
            of those, it may have the columns ``"Line items"`` and ``"Value"``, with one cell in
            each row. An iterator is written in memory that does not grow, except for 16 bytes per
            cell.
        dry_run : bool
            True sends nothing, and returns a plan whose ``.send()`` does it.
        mapping : dict of str to str, optional
            ``{column of the data: dimension or line item}`` for names that differ.
        fixed : dict of str to str, optional
            The item of a dimension for which the data has no column, ``{dimension: item}``.
        match_by : {"name", "code", "id"} or dict, optional
            By what items are found, for all dimensions or for each. By default by name, code or
            id. If a text is the name of one item and the code of another, the one counts that
            most texts of the column's first rows are. A text that no item has exactly means the
            only item that differs from it in nothing but case, outer white space, invisible
            characters or how accents are composed; a warning says how many there were.
        blank : bool
            Whether a missing value blanks its cell (a number becomes 0, a boolean false); by
            default the cell keeps its value. An empty text is missing, too.
        index : bool
            Write the index of a DataFrame too, as columns.
        on_rejected : {"raise", "warn", "ignore"}
            What to do about rejected rows.
        dump : path, optional
            A folder for rejected rows (``rejected.csv``).
        timeout : float, optional
            Seconds for the whole call.
        progress : bool, optional
            True shows a bar at once, False never; by default it appears in a terminal or notebook
            when the work takes longer than a moment.

        Returns
        -------
        WriteResult or WritePlan
            ``rejected`` holds the rows of which a cell was refused: because it is a total, because
            there is no such item, because a value does not fit. ``rows_ignored`` counts rows
            without a value. A plan knows these rows as far as the API shows it.

        Raises
        ------
        ColumnMismatch
            If a dimension has neither a column nor a fixed item, no line item has a column that
            can be written, or two rows write one cell. Nothing is sent then, unless the data is a
            stream whose first rows were sent before.
        EncodingError
            If a value has no counterpart in Anaplan; the same applies.
        NotFound
            If `fixed` or `match_by` names a dimension or item that does not exist.
        RejectedRows
            If rows were rejected; its ``.result.rejected`` holds them. Their other cells are
            written.
        TaskFailed
            If an error ended the writing half-way. Its ``.result`` says what was done, and
            ``.result.rejected`` also holds the rows that were not written.
        TransferTimeout, TaskTimeout
            If the time ended before a cell was written, or half-way.
        TaskUncertain
            If the answer to a batch was lost and reading back does not show whether it was
            written. Writing the same cells again does no harm.

        Notes
        -----
        A line item that Anaplan calculates cannot be written; its column is left out with a
        warning, or silently if the data was read from a module. Dates instead of periods become the
        names of the periods in which they are, on the line items' time scale.

        Examples
        --------
        >>> costs = model.modules["Costs"]  # doctest: +SKIP
        >>> costs.write(df, fixed={"Versions": "Forecast"})  # doctest: +SKIP
        >>> plan = costs.write(df, dry_run=True)  # doctest: +SKIP
        >>> plan.send()  # doctest: +SKIP
        """
        options = send_options(
            on_rejected=on_rejected, dump=dump, timeout=timeout, progress=progress
        )
        rules = cell_rules(mapping=mapping, fixed=fixed, match_by=match_by, blank=blank)
        with time_limit(self._transport.clock, timeout):
            source = open_kept(data, index=index, keep=dry_run)
            prepared = self._prepare(source, rules, checked=dry_run)
            prepared.warn_of_columns(calculated=not _is_read_from_module(source))
            if dry_run:
                again = partial(self._prepare, source, rules, checked=True)
                plan = plan_of(prepared, again, options)
                prepared.warn_of_folded_keys()
                return plan
            result = prepared.send(options)
            prepared.warn_of_folded_keys()
            return check_result(result, options.on_rejected)

    def _prepare(self, source: Source, rules: CellRules, *, checked: bool) -> PreparedCells:
        return prepare_cells(self, self._describe(), source, rules, checked=checked)


def _is_read_from_module(source: Source) -> bool:
    """Whether rows were read from a module, so that they have all of its line items."""
    facts = source.attrs.get("anaplan")
    return isinstance(facts, Mapping) and facts.get("kind") in ("module", "view")
