"""One model and the collections of what it has."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

import pandas as pd

from anaplan_frames.admin import model_state as opening
from anaplan_frames.admin.alm.alm import Alm
from anaplan_frames.bulk.actions import Action
from anaplan_frames.bulk.exports import Export
from anaplan_frames.bulk.files import File
from anaplan_frames.bulk.imports import Import
from anaplan_frames.bulk.processes import Process
from anaplan_frames.bulk.task_history import tasks_frame
from anaplan_frames.bulk.task_search import actions_of, find_task
from anaplan_frames.bulk.task_watching import watch_tasks
from anaplan_frames.calendar import model_calendar as calendar
from anaplan_frames.cells.dimensions import dimension_items_frame
from anaplan_frames.cells.line_items import line_items_frame
from anaplan_frames.cells.modules import Module
from anaplan_frames.cells.views import Views
from anaplan_frames.comparison.comparison_result import Comparison
from anaplan_frames.errors import ConfigurationError, ConfirmationRequired
from anaplan_frames.lists.lists import List
from anaplan_frames.model_collections import (
    Actions,
    Exports,
    Files,
    Imports,
    Lists,
    Modules,
    Processes,
)
from anaplan_frames.model_structure.structure_comparison import (
    compare_structures,
    kept_structure,
    read_structure,
)
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.resources.collection import Collection
from anaplan_frames.resources.early_answers import EarlyAnswers
from anaplan_frames.results import WriteResult
from anaplan_frames.tasks import Hook, Task
from anaplan_frames.threads import in_order
from anaplan_frames.transport import Transport
from anaplan_frames.urls import model_url


class Model:
    """A model of the connection's tenant; made by `Connection.model`.

    Attributes
    ----------
    id, name : str
        As Anaplan lists them.
    workspace_id, workspace : str
        Id and name of the workspace that it is in.
    url : str
        ``anaplan://workspace_id/model_id``, by which `Connection.model` finds it again.
    """

    def __init__(
        self,
        transport: Transport,
        info: Mapping[str, Any],
        hooks: Sequence[Hook] = (),
        restart_after: float | None = None,
        early: EarlyAnswers | None = None,
    ) -> None:
        self.id: str = str(info["id"])
        self.name: str = str(info.get("name") or self.id)
        self.workspace_id: str = str(info["currentWorkspaceId"])
        self.workspace: str = str(info.get("currentWorkspaceName") or "")
        self.url: str = model_url(self.workspace_id, self.id)
        path = f"/workspaces/{self.workspace_id}/models/{self.id}"
        self._catalogue = Catalogue(
            transport,
            path,
            f"model {self.name!r}",
            name=self.name,
            hooks=hooks,
            restart_after=restart_after,
            early=early,
        )

    @cached_property
    def files(self) -> Files:
        """Its files: what imports read, and what exports last wrote."""
        return Files(self._catalogue, File)

    @cached_property
    def imports(self) -> Imports:
        """Its imports."""
        return Imports(self._catalogue, Import)

    @cached_property
    def exports(self) -> Exports:
        """Its exports."""
        return Exports(self._catalogue, Export)

    @cached_property
    def actions(self) -> Actions:
        """Its other actions, such as deleting from a list."""
        return Actions(self._catalogue, Action)

    @cached_property
    def processes(self) -> Processes:
        """Its processes."""
        return Processes(self._catalogue, Process)

    @cached_property
    def lists(self) -> Lists:
        """Its lists."""
        return Lists(self._catalogue, List)

    @cached_property
    def modules(self) -> Modules:
        """Its modules."""
        return Modules(self._catalogue, Module)

    @cached_property
    def views(self) -> Views:
        """Its views, the modules' default views included."""
        return Views(self._catalogue)

    @cached_property
    def alm(self) -> Alm:
        """Its revisions, and the syncs of its structure from and into other models."""
        return Alm(self._catalogue)

    def line_items(self, module: str | None = None) -> pd.DataFrame:
        """Return the line items with all that Anaplan says about them.

        Parameters
        ----------
        module : str, optional
            The name or id of the only module to read; by default all that the user may see.

        Returns
        -------
        pandas.DataFrame
            One row per line item. ``module``, ``module_id``, ``name``, ``id``, ``code``,
            ``format``, ``formula``, ``dimensions`` (names, Time and Versions included),
            ``applies_to`` and ``applies_to_ids`` (lists and subsets, joined with commas),
            ``time_scale``, ``version``, ``summary``, ``cell_count`` (Int64) and more; the page
            "What a model holds" of the documentation describes every column.
        """
        return line_items_frame(self._catalogue, module and self.modules[module].id)

    def compare(
        self, other: Model | str | os.PathLike[str], *, progress: bool | None = None
    ) -> Comparison:
        """Compare what this model is made of with another one, or with a snapshot.

        Modules and their line items and views, lists with their properties and subsets, files,
        imports, exports, other actions, processes with their actions in order, versions and the
        calendar are compared by name: names, settings, formats, formulas. Data is not compared, nor
        are items of lists, what views show and how imports map columns. Names that differ only in
        case are the same. If one model was made from the other, which shows in equal ids, things
        with another name and the same id were renamed.

        It takes about ten requests for each model, and one for each list and process.

        Parameters
        ----------
        other : Model or path
            The new side; also of another connection. The folder of a snapshot is the old side, and
            this model the new one.
        progress : bool, optional
            True shows a bar at once, False never; by default it appears in a terminal or notebook
            when the work takes longer than a moment.

        Returns
        -------
        Comparison
            ``added`` and ``removed`` have ``kind``, ``name`` (of what belongs to a module or list
            ``"module.line item"``) and ``id`` (text). The index of ``changed`` is ``kind``,
            ``name`` and ``what`` (a column of `line_items`, or the setting in Anaplan's words), its
            columns are ``("value", "old")`` and ``("value", "new")``. ``totals("kind")`` counts
            things. What your user may not read, such as the calendar, is in ``unchecked``.

        Raises
        ------
        TypeError
            If `other` is not a model or a path.
        ConfigurationError
            If there is no such folder, or it does not hold a finished snapshot of the whole model.

        Examples
        --------
        >>> prod.compare(dev).changed  # doctest: +SKIP
        """
        if isinstance(other, Model):
            read = partial(read_structure, progress=progress)
            both = [self._catalogue, other._catalogue]
            old, new = in_order(read, both, threads=2, name="anaplan-compare")
            return compare_structures(old, new)
        if isinstance(other, str | os.PathLike):
            if not os.path.isdir(other):
                raise ConfigurationError(
                    f"There is no folder {os.fspath(other)!r}. To compare with a model, give the "
                    "model: model.compare(conn.model('Another model'))."
                )
            kept = kept_structure(other)
            return compare_structures(kept, read_structure(self._catalogue, progress=progress))
        raise TypeError(
            f"other must be a model or the folder of a snapshot, not {type(other).__name__}: "
            "model.compare(conn.model('Another model'))."
        )

    def dimension_items(self, dimension: str) -> pd.DataFrame:
        """Return the items of a dimension, as cells are addressed by them.

        Parameters
        ----------
        dimension : str
            Name or id of a list, a list subset, a line-item subset, ``"Time"``, ``"Versions"``
            or ``"Users"``. A subset is found by name if a line item applies to it.

        Returns
        -------
        pandas.DataFrame
            ``id``, ``code``, ``name`` (text).

        Raises
        ------
        NotFound
            If there is no such dimension; names the near names.
        RequestRefused
            If it has more than 1,000,000 items.
        """
        return dimension_items_frame(self._catalogue, dimension)

    def versions(self) -> pd.DataFrame:
        """Return the versions.

        Returns
        -------
        pandas.DataFrame
            ``id``, ``name``, ``code`` (text), ``is_actual``, ``is_current`` (boolean);
            ``switchover``, ``edit_from``, ``edit_to`` (datetime64, days), each followed by the
            name of its period, ``switchover_period`` and so on; ``formula``, ``notes`` (text).
        """
        return calendar.versions_frame(self._catalogue)

    def calendar(self) -> pd.Series[Any]:
        """Return the settings of the model's calendar.

        Returns
        -------
        pandas.Series
            ``type``, ``fiscal_year`` (the current one, text), ``start``, ``end`` (its days,
            datetime64), ``past_years``, ``future_years`` (Int64), ``current_period`` (text),
            ``current_period_end`` (datetime64), ``quarter_totals``, ``half_year_totals``,
            ``year_to_date``, ``year_to_go``, ``total_of_all_periods`` (boolean); for weeks also
            ``week_grouping``, ``week_format`` (text), ``extra_week_month``,
            ``extra_month_quarter`` (Int64), and for "Weeks: General" ``first_week`` (datetime64)
            and ``weeks`` (Int64).
        """
        return calendar.calendar_series(self._catalogue)

    def periods(self) -> pd.DataFrame:
        """Return every period of the calendar, each after those that it sums.

        Anaplan does not list them: they are worked out from the calendar's settings.

        Returns
        -------
        pandas.DataFrame
            ``name`` (as in modules: ``Jan 26``, ``Q1 FY26``, ``Week 1 FY26``), ``kind`` (week,
            month, period (of four weeks), quarter, half_year, year, year_to_date, year_to_go or
            all_periods), ``start``, ``end`` (first and last day, datetime64), ``fiscal_year``
            and ``parent`` (names of periods, missing if there is none).

        Raises
        ------
        EncodingError
            If the settings are not those of a calendar that Anaplan is known to have.
        """
        return calendar.periods_frame(self._catalogue)

    def tasks(self, *, outcomes: bool = True, progress: bool | None = None) -> pd.DataFrame:
        """Return what was run: the tasks of all imports, exports, processes and other actions.

        Parameters
        ----------
        outcomes : bool
            Ask for the outcome of every task, which is a request for each; without, the columns
            from ``started`` on are missing values.
        progress : bool, optional
            True shows a bar at once, False never.

        Returns
        -------
        pandas.DataFrame
            The latest first: ``kind`` (import, export, process or action), ``name``, ``id``,
            ``task_id``, ``state`` (text), ``created``, ``started`` (datetime64, UTC),
            ``duration`` (timedelta64; Anaplan does not always give it), ``progress`` (Float64, 0
            to 1), ``step`` (text), ``successful``, ``dump_available`` (boolean), ``message``
            (what Anaplan says of it).
        """
        return tasks_frame(self._catalogue, outcomes=outcomes, progress=progress)

    def task(self, task_id: str, of: str | None = None) -> Task[WriteResult]:
        """Return a task of one of the model's actions, also one that somebody else has started.

        Parameters
        ----------
        task_id : str
            As `tasks` lists it.
        of : str, optional
            The name or id of the import, export, process or action. Without it, every action of
            the model is asked, which is a request for each.

        Returns
        -------
        Task
            Rejected rows are in its result's ``unmatched``, as Anaplan's failure dump has them.

        Raises
        ------
        NotFound
            If there is no such task or action.
        AmbiguousName
            If several actions have the name.

        Examples
        --------
        >>> model.task(task_id, of="Load flights").result()  # doctest: +SKIP
        """
        return find_task(self._action_collections, task_id, of, owner=f"of {self._catalogue.label}")

    def watch(
        self, *, interval: float = 5.0, timeout: float | None = None
    ) -> Iterator[Task[WriteResult]]:
        """Yield tasks of all actions, everyone's, as they begin, move on and end.

        Tasks that had ended before are not among them, nor are those of actions that are made while
        it goes on. A task that is listed as running for more than a day is yielded once.

        Parameters
        ----------
        interval : float, default 5.0
            Seconds between looks, above 0. Each is a request for each action of the model, and
            one for each task that runs.
        timeout : float, optional
            Seconds after which the iteration ends; by default it does not.

        Yields
        ------
        Task
            Once for each state, progress and step in which it was seen. Of one that has ended,
            ``task.result(on_rejected="ignore")`` says what was done.

        Raises
        ------
        ValueError
            If `interval` or `timeout` is not a time.

        Examples
        --------
        >>> for task in model.watch(timeout=600):  # doctest: +SKIP
        ...     print(task.name, task.state, task.progress)
        """
        clock = self._catalogue.transport.clock
        return watch_tasks(
            lambda: actions_of(self._action_collections), clock, interval=interval, timeout=timeout
        )

    @property
    def _action_collections(self) -> list[Collection[Any]]:
        return [self.imports, self.exports, self.processes, self.actions]

    def set_current_period(self, day: str | dt.date | None) -> pd.Series[Any]:
        """Make the period that holds a day the current one; needs a workspace administrator.

        Parameters
        ----------
        day : date, Timestamp, str or None
            None: there is no current period.

        Returns
        -------
        pandas.Series
            ``period`` (its name), ``end`` (its last day), ``calendar_type``.

        Raises
        ------
        ValueError
            If it is not a date; a text must be ISO.
        RequestRefused
            If the day is outside of the calendar.
        """
        return calendar.set_current_period(self._catalogue, day)

    def set_fiscal_year(self, year: str, *, confirm: bool = False) -> pd.Series[Any]:
        """Move the calendar to another current fiscal year; needs a workspace administrator.

        Data in periods that are then no longer in the calendar are deleted.

        Parameters
        ----------
        year : str
            Its name, such as ``"FY26"``.
        confirm : bool
            Confirms that periods may leave the calendar, with all data in them.

        Returns
        -------
        pandas.Series
            ``fiscal_year``, ``start``, ``end``.

        Raises
        ------
        ConfirmationRequired
            If periods would leave the calendar, or if that is not known, and `confirm` is false;
            says how many and which.
        RequestRefused
            If the calendar cannot have this year, or has no years.
        """
        return calendar.set_fiscal_year(self._catalogue, year, confirm=confirm)

    def set_switchover(self, version: str, day: str | dt.date | None) -> pd.Series[Any]:
        """Set the day from which a version is forecast; needs a workspace administrator.

        Parameters
        ----------
        version : str
            Name or id; not the actual version.
        day : date, Timestamp, str or None
            Not before the present switchover. None: there is none.

        Returns
        -------
        pandas.Series
            ``version`` (its name), ``switchover`` (the first day of the period),
            ``switchover_period`` (its name), ``calendar_type``.

        Raises
        ------
        NotFound
            If there is no such version; names the near names.
        ValueError
            If it is not a date; a text must be ISO.
        RequestRefused
            If the day cannot be the version's switchover.
        """
        return calendar.set_switchover(self._catalogue, version, day)

    def status(self) -> pd.Series[Any]:
        """Return what the model does at the moment.

        Returns
        -------
        pandas.Series
            ``step`` (``Open``, ``Closed`` or what goes on), ``progress`` (Float64, 0 to 1;
            missing if nothing goes on), ``task_id``, ``tooltip``, ``export_task_type``
            (text), ``peak_memory`` (Int64, bytes), ``peak_memory_time`` and ``asked`` (when
            this was asked; datetime64, UTC).
        """
        return opening.status_series(self._catalogue)

    def open(self, *, timeout: float = 600) -> None:
        """Load the model into memory and wait until it is open.

        Parameters
        ----------
        timeout : float
            Seconds to wait; 0 returns at once.

        Raises
        ------
        ModelUnavailable
            If it is not open by then.
        """
        opening.change(self._catalogue, "open", timeout)

    def close_for_everyone(self, *, confirm: bool = False, timeout: float = 600) -> None:
        """Unload the model from memory, for everybody who is in it, and wait until it is closed.

        Parameters
        ----------
        confirm : bool
            Confirms that everybody who works in the model is interrupted.
        timeout : float
            Seconds to wait; 0 returns at once.

        Raises
        ------
        ConfirmationRequired
            If `confirm` is false.
        ModelUnavailable
            If it is not closed by then.
        """
        if confirm is not True:
            raise ConfirmationRequired(
                f"This would close model {self.name!r} for everybody who is working in it. Nothing "
                "is done yet: pass confirm=True to close it."
            )
        opening.change(self._catalogue, "close", timeout)

    @property
    def catalogue(self) -> Catalogue:
        """The listings of the model, for the library itself."""
        return self._catalogue

    def __repr__(self) -> str:
        return f"<model {self.name!r} ({self.id})>"
