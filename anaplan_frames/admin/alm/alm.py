"""`Alm`: the revisions of a model, compared with those of others and synced from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, overload

import pandas as pd

from anaplan_frames.admin.alm import revision_creation, revision_reports
from anaplan_frames.admin.alm.alm_requests import AlmRequests
from anaplan_frames.admin.alm.many_syncs import sync_many
from anaplan_frames.admin.alm.other_models import ModelAddress, ModelLike, address_of, addresses_of
from anaplan_frames.admin.alm.prepared_sync import prepare_sync, sync_job
from anaplan_frames.admin.alm.revision_frames import (
    REVISION,
    Moment,
    applied_frame,
    find_revision,
    frame_of_revisions,
    revisions_frame,
)
from anaplan_frames.admin.alm.revision_pairs import last_revision, pair_to_compare
from anaplan_frames.admin.alm.sync_calls import SyncCalls
from anaplan_frames.admin.alm.sync_history import sync_tasks_frame
from anaplan_frames.dataframes.record_frames import series_of_fields
from anaplan_frames.deadline import check_timeout, time_limit
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.results import WriteResult
from anaplan_frames.tasks import Task
from anaplan_frames.writes.plan import SendOptions, WritePlan, plan_of


class Alm:
    """Application Lifecycle Management of a model: its revisions and syncs; see `Model.alm`.

    All of it needs a workspace administrator, and what concerns two models needs one of both. What
    is synced is structure: lists and their items (unless they are production data), modules, line
    items, actions. Data stays as it is.

    Parameters
    ----------
    catalogue : Catalogue
        Of the model.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._requests = AlmRequests(catalogue)

    def revisions(
        self, *, since: Moment | None = None, until: Moment | None = None
    ) -> pd.DataFrame:
        """Return the revisions of the model.

        Parameters
        ----------
        since, until : date, datetime or str, optional
            When they were applied to this model; a text is ISO, a time without a zone is UTC, and a
            day as `until` counts to its end.

        Returns
        -------
        pandas.DataFrame
            The latest first: ``id``, ``name``, ``description`` (text), ``created`` (datetime64,
            UTC), ``created_by`` (a user's id), ``method`` (how it was created, in Anaplan's words),
            ``applied`` (to this model; datetime64, UTC), ``applied_by``.

        Raises
        ------
        ValueError
            If `since` or `until` is not a date or time, or `since` is later.
        PermissionDenied
            If the user does not administer the workspace.

        Examples
        --------
        >>> model.alm.revisions(since="2026-01-01")  # doctest: +SKIP
        """
        return revisions_frame(self._requests, since, until)

    def latest(self) -> pd.Series[Any]:
        """Return the last revision.

        Returns
        -------
        pandas.Series
            What the columns of `revisions` are.

        Raises
        ------
        NotFound
            If the model has none.
        """
        return series_of_fields(last_revision(self._requests), REVISION)

    def create_revision(self, name: str, description: str = "") -> pd.Series[Any]:
        """Create a revision of the model as it is, once.

        If the answer is lost, the library looks whether a revision of this name is new, and does
        not ask for it again.

        Parameters
        ----------
        name : str
            At most 60 characters.
        description : str, optional
            At most 250 characters.

        Returns
        -------
        pandas.Series
            What the columns of `revisions` are.

        Raises
        ------
        ValueError
            If a text is too long, or the name is empty; nothing is sent.
        RequestRefused
            If the structure has not changed since the last revision, or the model is not in
            standard mode.
        TaskUncertain
            If it is not known whether it was created.

        Examples
        --------
        >>> model.alm.create_revision("2026-12 release", "New cost lines")  # doctest: +SKIP
        """
        revision_creation.check_texts(name, description)
        made = revision_creation.create_revision(self._requests, name, description)
        return series_of_fields(made, REVISION)

    def models_of(self, revision: str) -> pd.DataFrame:
        """Return the models that have a revision of this model.

        Parameters
        ----------
        revision : str
            Its name or id.

        Returns
        -------
        pandas.DataFrame
            The model in which it was created comes first: ``model`` (name), ``model_id``,
            ``workspace_id`` (text), ``applied`` (datetime64, UTC), ``applied_by``, ``method``
            (text), ``deleted`` (boolean; the names of deleted models are missing).

        Raises
        ------
        NotFound, AmbiguousName
            If there is no such revision, or several have the name.
        """
        found = find_revision(self._requests.revisions(), revision, f"of {self._requests.label}")
        return applied_frame(self._requests.models_of(str(found["id"])))

    def syncable(self, source: ModelLike) -> pd.DataFrame:
        """Return the revisions of another model that can be synced into this one.

        Parameters
        ----------
        source : Model or str
            The other model, or its name, id or URL.

        Returns
        -------
        pandas.DataFrame
            As of `revisions`, the newest first.
        """
        return frame_of_revisions(self._requests.syncable(address_of(self._catalogue, source).id))

    def summary(
        self, other: ModelLike, *, revision: str | None = None, timeout: float | None = None
    ) -> pd.DataFrame:
        """Return how much a revision of another model differs from the last one of this model.

        Parameters
        ----------
        other : Model or str
            The other model, or its name, id or URL.
        revision : str, optional
            The name or id of the other model's revision; by default its last one.
        timeout : float, optional
            Seconds for the whole call.

        Returns
        -------
        pandas.DataFrame
            One row per kind of thing with differences, as a sync would make them here: ``kind`` (in
            Anaplan's words: ``lists``, ``modules``, ``lineItems``), ``created``, ``modified``,
            ``deleted`` (Int64).

        Raises
        ------
        TaskFailed
            If Anaplan cannot compare them; says why in Anaplan's words.
        NotFound
            If there is no such revision.
        PermissionDenied
            If the user does not administer both workspaces.
        TransferTimeout
            If the time ended before.
        """
        with time_limit(self._catalogue.transport.clock, timeout):
            pair = pair_to_compare(self._requests, address_of(self._catalogue, other), revision)
            return revision_reports.read_summary(self._requests, pair).kinds

    def report(
        self, other: ModelLike, *, revision: str | None = None, timeout: float | None = None
    ) -> Mapping[str, pd.DataFrame]:
        """Return in detail how a revision of another model differs from the last one of this model.

        Parameters
        ----------
        other, revision, timeout
            As for `summary`.

        Returns
        -------
        mapping of str to pandas.DataFrame
            The sections of Anaplan's comparison report, such as ``"Lists Added"`` and
            ``"Line Items Added"``, with Anaplan's columns, all text. Sections without changes may
            be missing.

        Raises
        ------
        TaskFailed, NotFound, PermissionDenied, TransferTimeout
            As for `summary`.
        DataError
            If the report is not the text that Anaplan documents.

        Examples
        --------
        >>> prod.alm.report("Planning Dev")["Line Items Added"]  # doctest: +SKIP
        """
        with time_limit(self._catalogue.transport.clock, timeout):
            pair = pair_to_compare(self._requests, address_of(self._catalogue, other), revision)
            return revision_reports.read_report(self._requests, pair)

    @overload
    def sync(
        self,
        source: ModelLike,
        *,
        revision: str | None = None,
        dry_run: Literal[False] = False,
        confirm: bool = False,
        timeout: float | None = None,
    ) -> WriteResult: ...

    @overload
    def sync(
        self,
        source: ModelLike,
        *,
        revision: str | None = None,
        dry_run: Literal[True],
        confirm: bool = False,
        timeout: float | None = None,
    ) -> WritePlan: ...

    def sync(
        self,
        source: ModelLike,
        *,
        revision: str | None = None,
        dry_run: bool = False,
        confirm: bool = False,
        timeout: float | None = None,
    ) -> WriteResult | WritePlan:
        """Give this model the structure of a revision of another one, and wait for it.

        The sync is started once, as actions are: after a lost answer the library looks into the
        list of sync tasks. After its end the model must have the revision.

        Parameters
        ----------
        source : Model or str
            The other model, or its name, id or URL.
        revision : str, optional
            The name or id of one of its revisions that `syncable` lists; by default the newest. If
            this model has it already, nothing is done.
        dry_run : bool
            Return a plan of it.
        confirm : bool
            Confirms what would change; without it, the error says it in numbers.
        timeout : float, optional
            Seconds for the whole call.

        Returns
        -------
        WriteResult or WritePlan
            Its counts of rows are counts of things: ``rows_created``, ``rows_updated``,
            ``rows_deleted``, by Anaplan's summary report before the sync; ``changes`` has them by
            kind, as `summary`.

        Raises
        ------
        ConfirmationRequired
            If `confirm` is false; its ``.plan`` holds the counts.
        NotFound, RequestRefused
            If there is no such revision, or none can be synced.
        ValueError
            If the other model is this one.
        TaskFailed
            If the sync fails; says why in Anaplan's words.
        TransferTimeout
            If the time ended before it was started.
        TaskTimeout
            If the time ended while it was running; the error's ``.task`` goes on with it.
        TaskUncertain
            If it is not known whether it was started, or how it ended.
        PermissionDenied
            If the user does not administer both workspaces.

        Examples
        --------
        >>> plan = prod.alm.sync("Planning Dev", dry_run=True)  # doctest: +SKIP
        >>> plan.changes  # doctest: +SKIP
        >>> plan.send(confirm=True)  # doctest: +SKIP
        """
        check_timeout(timeout)
        options = SendOptions(confirm=confirm)
        with time_limit(self._catalogue.transport.clock, timeout):
            address = self._source(source)
            prepare = partial(prepare_sync, self._requests, address, revision)
            prepared = prepare()
            if dry_run:
                return plan_of(prepared, prepare, options)
            return prepared.send(options)

    def start_sync(
        self, source: ModelLike, *, revision: str | None = None, confirm: bool = False
    ) -> Task[WriteResult]:
        """Start a sync, once, and do not wait.

        Parameters
        ----------
        source, revision, confirm
            As for `sync`.

        Returns
        -------
        Task
            Its ``.result()`` waits for the end. A sync cannot be cancelled.

        Raises
        ------
        AnaplanError
            If the model has the revision already; else as for `sync`.
        """
        address = self._source(source)
        return prepare_sync(self._requests, address, revision).start(confirm=confirm)

    def sync_to(
        self,
        targets: Sequence[ModelLike],
        *,
        revision: str | None = None,
        dry_run: bool = False,
        confirm: bool = False,
        timeout: float | None = None,
    ) -> pd.DataFrame:
        """Sync a revision of this model into others, side by side.

        One that fails does not stop the others: look at ``outcome``.

        Parameters
        ----------
        targets : sequence of Model or str
            The other models, or their names, ids or URLs.
        revision : str, optional
            The name or id of a revision of this model; by default for each target the newest that
            can be synced.
        dry_run : bool
            Only return what would be done.
        confirm : bool
            Confirms what would change; without it, the error says it in numbers.
        timeout : float, optional
            Seconds for the whole call.

        Returns
        -------
        pandas.DataFrame
            One row per target, in the order given: ``model``, ``model_id``, ``workspace_id``,
            ``revision`` (name), ``outcome`` (text: ``loaded``, ``failed``, ``uncertain``,
            ``not started``, ``unchanged`` if it has the revision already; of a dry run
            ``planned``), ``created``, ``modified``, ``deleted``
            (Int64), ``task_id`` (text), ``seconds`` (Float64), ``error`` (text).

        Raises
        ------
        ConfirmationRequired
            If `confirm` is false and it is not a dry run; nothing is done.
        NotFound, AmbiguousName
            If there is no such model; nothing is done.
        ValueError
            If this model is one of the targets.

        Examples
        --------
        >>> done = dev.alm.sync_to(["Prod EU", "Prod US"], confirm=True)  # doctest: +SKIP
        >>> done[done["outcome"] != "loaded"]  # doctest: +SKIP
        """
        check_timeout(timeout)
        if isinstance(targets, str):
            raise TypeError(f"targets must be a list of models: [{targets!r}].")
        with time_limit(self._catalogue.transport.clock, timeout):
            addresses = addresses_of(self._catalogue, targets)
            for address in addresses:
                self._check_other(address)
            return sync_many(
                self._catalogue,
                self._own_address,
                list({address.id: address for address in addresses}.values()),
                revision,
                dry_run=dry_run,
                confirm=confirm,
            )

    def sync_tasks(self, *, outcomes: bool = True) -> pd.DataFrame:
        """Return the syncs into this model of the last 48 hours, everyone's.

        Parameters
        ----------
        outcomes : bool
            Ask for the outcome of every task, which is a request for each; without, the columns
            from ``successful`` on may be missing values.

        Returns
        -------
        pandas.DataFrame
            The latest first: ``task_id``, ``state`` (text), ``created`` (datetime64, UTC),
            ``successful`` (boolean), ``revision_id`` (text; Anaplan does not always give it),
            ``message`` (text: why it failed).
        """
        return sync_tasks_frame(self._requests, outcomes=outcomes)

    def task(self, task_id: str) -> Task[WriteResult]:
        """Return a sync into this model, also one that another program or user has started.

        Parameters
        ----------
        task_id : str
            As `sync_tasks` lists it.

        Raises
        ------
        NotFound
            If there is no such task.
        """
        calls = SyncCalls(self._requests)
        return Task(calls, task_id, sync_job(self._requests), calls.look(task_id))

    def set_online(self, *, online: bool) -> None:
        """Bring the model online, or offline so that only administrators can open it.

        Parameters
        ----------
        online : bool

        Raises
        ------
        RequestRefused
            If the model is locked.
        ModelUnavailable
            If it is archived.
        PermissionDenied
            If the user does not administer the workspace.
        """
        self._requests.set_status("online" if online else "offline")

    def _source(self, source: ModelLike) -> ModelAddress:
        address = address_of(self._catalogue, source)
        self._check_other(address)
        return address

    def _check_other(self, address: ModelAddress) -> None:
        if address.id == self._requests.model_id:
            raise ValueError(
                f"{self._requests.label} cannot be synced into itself. Give another model."
            )

    @property
    def _own_address(self) -> ModelAddress:
        facts = self._catalogue.facts
        return ModelAddress(facts["model_id"], facts["model"], facts["workspace_id"])

    def __repr__(self) -> str:
        return f"<ALM of {self._requests.label}>"
