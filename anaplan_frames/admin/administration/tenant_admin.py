"""`Admin`: exception users, and users exported and imported by the Administration API."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal, overload

import pandas as pd

from anaplan_frames.admin.administration.exception_status import change_status, search
from anaplan_frames.admin.administration.user_export import export_users
from anaplan_frames.admin.administration.user_import import import_users
from anaplan_frames.admin.tenant_lookup import Listing
from anaplan_frames.results import WriteResult
from anaplan_frames.transport import Transport
from anaplan_frames.writes.plan import WritePlan
from anaplan_frames.writes.result_builder import OnRejected
from anaplan_frames.writes.send_options import send_options


class Admin:
    """What administrators of a tenant do; `Connection.admin`.

    Exception users may sign in with a password or a certificate in a workspace that demands single
    sign-on of all others. To assign them needs the role Tenant Security Admin; to export and import
    users needs the role Tenant Administrator.
    """

    def __init__(self, transport: Transport, workspaces: Listing) -> None:
        self._transport = transport
        self._workspaces = workspaces

    def __repr__(self) -> str:
        return f"<Admin of {self._transport.api_url}>"

    def exception_users(
        self, *, workspace: str | None = None, user: str | None = None
    ) -> pd.DataFrame:
        """Return the exception users of a workspace, or the workspaces of an exception user.

        Parameters
        ----------
        workspace : str, optional
            The name or id of a workspace. Visitors are among its exception users.
        user : str, optional
            The email or id of a user. Workspaces that the user visits are left out.

        Returns
        -------
        pandas.DataFrame
            All text: ``workspace_id``, ``workspace``, ``user_id``, ``email``.

        Raises
        ------
        TypeError
            If neither or both are given.
        NotFound
            If there is no such workspace or user.

        Examples
        --------
        >>> conn.admin.exception_users(workspace="Finance")  # doctest: +SKIP
        """
        return search(self._transport, self._workspaces, workspace=workspace, user=user)

    def assign(self, user: str | Sequence[str], workspace: str) -> None:
        """Make a user, or several, exception users of a workspace.

        Parameters
        ----------
        user : str or sequence of str
            The email or id of each.
        workspace : str
            The name or id of the workspace, which must use single sign-on.

        Raises
        ------
        NotFound
            If there is no such workspace or user.
        PermissionDenied
            If your user does not have the role Tenant Security Admin.
        RequestRefused
            If the workspace does not use single sign-on, the user is not in it, or it is you:
            nobody can change their own status. Those before it in the sequence are done.

        Examples
        --------
        >>> conn.admin.assign("etl@corp.com", "Finance")  # doctest: +SKIP
        """
        change_status(self._transport, self._workspaces, user, workspace, op="assign")

    def unassign(self, user: str | Sequence[str], workspace: str) -> None:
        """Take a user, or several, from the exception users of a workspace.

        Parameters and errors as for `assign`.

        Examples
        --------
        >>> conn.admin.unassign("etl@corp.com", "Finance")  # doctest: +SKIP
        """
        change_status(self._transport, self._workspaces, user, workspace, op="unassign")

    def export_users(self) -> pd.DataFrame:
        """Return all users of the tenant with their licenses.

        Returns
        -------
        pandas.DataFrame
            All text: ``username`` (the email), ``first_name``, ``last_name``, ``licenses`` (with
            commas between them).

        Raises
        ------
        PermissionDenied
            If your user does not have the role Tenant Administrator.
        TransferError
            If not all of it arrived, or the users changed meanwhile.

        Examples
        --------
        >>> conn.admin.export_users()["licenses"].value_counts()  # doctest: +SKIP
        """
        return export_users(self._transport)

    @overload
    def import_users(
        self,
        data: Any,
        *,
        dry_run: Literal[False] = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult: ...

    @overload
    def import_users(
        self,
        data: Any,
        *,
        dry_run: Literal[True],
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WritePlan: ...

    def import_users(
        self,
        data: Any,
        *,
        dry_run: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult | WritePlan:
        """Create and update users, which are found by their email.

        Parameters
        ----------
        data : DataFrame, Arrow data or iterator
            ``username`` (an email), ``first_name``, ``last_name`` and ``licenses``: a list, or text
            with commas. Anaplan takes no empty cell: a row with one is rejected. Rows without any
            value are ignored.
        dry_run : bool
            True sends nothing, and returns a plan. Its ``.send()`` does it.
        mapping : dict of str to str, optional
            ``{column of the data: column of the import}`` for names that differ.
        index : bool
            Take the index of a DataFrame too, as columns.
        on_rejected : {"raise", "warn", "ignore"}
            What to do about rejected rows.
        dump : path, optional
            A folder for rejected rows (``rejected.csv``).
        timeout : float, optional
            Seconds for the whole call.
        progress : bool, optional
            As for `anaplan_frames.read_anaplan`.

        Returns
        -------
        WriteResult or WritePlan
            ``rejected`` holds the caller's rows that were rejected. Which of the others made a user
            is not known, only how many.

        Raises
        ------
        ColumnMismatch
            If a column is missing, or several rows have one email. Nothing is sent then.
        RejectedRows
            If rows were rejected; its ``.result.rejected`` holds them.
        PermissionDenied
            If your user does not have the role Tenant Administrator.
        TaskFailed
            If an error ended the work half-way. Its ``.result`` says what was done.
        TransferTimeout, TaskTimeout
            If the time ended before anything was written, or half-way.

        Notes
        -----
        Anaplan takes 500 rows at once; more are sent in several requests. A request whose answer is
        lost is sent again: users that the first one has made then count as updated.

        Examples
        --------
        >>> conn.admin.import_users(df)  # doctest: +SKIP
        """
        options = send_options(
            on_rejected=on_rejected, dump=dump, timeout=timeout, progress=progress
        )
        return import_users(
            self._transport, data, mapping=mapping, index=index, send=options, dry_run=dry_run
        )
