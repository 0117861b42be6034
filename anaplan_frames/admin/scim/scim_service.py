"""`Scim`: the users of a tenant as tables, read and written."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal, overload

import pandas as pd

from anaplan_frames.admin.scim.user_filters import check_filter
from anaplan_frames.admin.scim.user_planner import Mode
from anaplan_frames.admin.scim.user_reader import read_users
from anaplan_frames.admin.scim.user_records import (
    USER_COLUMNS,
    chosen_columns,
    entitlements_frame,
    users_frame,
)
from anaplan_frames.admin.scim.user_write import UserTarget, named_users, write_users
from anaplan_frames.admin.tenant_lookup import Listing
from anaplan_frames.resources.row_filters import check_columns
from anaplan_frames.results import WriteResult
from anaplan_frames.transport import Transport
from anaplan_frames.writes.plan import SendOptions, WritePlan
from anaplan_frames.writes.result_builder import OnRejected
from anaplan_frames.writes.send_options import send_options


class Scim:
    """The users of a tenant and the workspaces that they are entitled to; `Connection.scim`.

    All of it needs the role User Administrator. Anaplan serves the tenant's own users, not visitors
    of other tenants, and has no way to delete a user: `deactivate` users instead.

    The methods that write read the users first, and send only what changes: one request for each
    user, several at once. What Anaplan refuses comes back as the caller's rows. A new user is asked
    for once: if the answer is lost, the user is looked for by name.
    """

    def __init__(self, transport: Transport, workspaces: Listing) -> None:
        self._target = UserTarget(transport, workspaces)

    def __repr__(self) -> str:
        return f"<Scim of {self._target.transport.api_url}>"

    def users(
        self, *, filter: str | None = None, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Return users.

        Parameters
        ----------
        filter : str, optional
            Which ones, in SCIM's words, as far as Anaplan knows them: ``eq``, ``ne``, ``gt``,
            ``ge``, ``lt``, ``le`` and ``pr`` (has a value), ``and``, ``or`` and parentheses, on
            ``userName``, ``id``, ``externalId``, ``name.givenName``, ``name.familyName`` and
            ``active``. It is checked before it is sent.
        columns : sequence of str, optional
            Return only these, in this order.

        Returns
        -------
        pandas.DataFrame
            ``id``, ``user_name`` (the email), ``given_name``, ``family_name``, ``display_name``
            (text), ``active`` (boolean), ``external_id`` (text), ``created`` and
            ``last_modified`` (datetime64, UTC), ``workspaces`` and ``workspace_ids`` (lists of
            texts: the names and ids of the workspaces that the user is entitled to).

        Raises
        ------
        ValueError
            If the filter is not one that Anaplan understands; says what to write instead.
        ColumnMismatch
            If `columns` names a column that is not there.
        PermissionDenied
            If your user does not have the role User Administrator.
        TransferError
            If not all users arrived.

        Examples
        --------
        >>> conn.scim.users(filter='active eq true')  # doctest: +SKIP
        """
        wanted = _checked_columns(columns)
        text = None if filter is None else check_filter(filter)
        return chosen_columns(users_frame(read_users(self._target.transport, text)), wanted)

    def entitlements(self) -> pd.DataFrame:
        """Return which users are entitled to which workspaces.

        Returns
        -------
        pandas.DataFrame
            One row per user and workspace, all text: ``user_id``, ``user_name``,
            ``workspace_id``, ``workspace``.

        Raises
        ------
        PermissionDenied, TransferError
            As for `users`.

        Examples
        --------
        >>> conn.scim.entitlements().groupby("workspace").size()  # doctest: +SKIP
        """
        return entitlements_frame(read_users(self._target.transport))

    @overload
    def insert(
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
    def insert(
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

    def insert(
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
        """Make users; a row whose user name is taken is rejected.

        Parameters
        ----------
        data : DataFrame, Arrow data or iterator
            ``user_name`` (an email), ``given_name`` and ``family_name``; also ``active`` (by
            default true), ``external_id``, and ``workspaces`` or ``workspace_ids``: lists of names
            or ids, or texts with commas between them, at most 50. Rows without any value are
            ignored.
        dry_run : bool
            True sends nothing, and returns a plan: what would change, and which rows are sure to be
            rejected. Its ``.send()`` does it.
        mapping : dict of str to str, optional
            ``{column of the data: column of users}`` for names that differ.
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
            ``rejected`` holds the caller's rows that were rejected; ``changes`` what was done:
            ``action``, ``id``, ``user_name``, ``change`` (text).

        Raises
        ------
        ColumnMismatch
            If a column is missing, or several rows are about one user. Nothing is sent then.
        RejectedRows
            If rows were rejected; its ``.result.rejected`` holds them.
        PermissionDenied
            If your user does not have the role User Administrator.
        TaskFailed
            If an error ended the work half-way. Its ``.result`` says what was done.
        TaskUncertain
            If the answer about a new user was lost, and no such user is there afterwards. The user
            is not asked for again. It has a ``.result``, too.
        TransferTimeout, TaskTimeout
            If the time ended before anything was written, or half-way.

        Examples
        --------
        >>> conn.scim.insert(df)  # doctest: +SKIP
        """
        options = send_options(
            on_rejected=on_rejected, dump=dump, timeout=timeout, progress=progress
        )
        return self._write(data, "insert", mapping, options, index=index, dry_run=dry_run)

    @overload
    def update(
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
    def update(
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

    def update(
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
        """Change users: only the columns that the data has, and of these only what differs.

        Parameters
        ----------
        data : DataFrame, Arrow data or iterator
            ``id`` or ``user_name`` says which user a row is about; if both are there, the id
            counts, and the name must be the user's. Of ``given_name``, ``family_name``, ``active``,
            ``external_id``, ``workspaces`` and ``workspace_ids`` it has what is changed; a missing
            value leaves the user's as it is. The workspaces are all that the user has afterwards;
            an empty list takes all away. A frame that `users` has returned can be changed and given
            back.
        dry_run, mapping, index, on_rejected, dump, timeout, progress
            As for `insert`.

        Returns
        -------
        WriteResult or WritePlan
            As for `insert`. ``changes`` says what changes, e.g. ``"workspaces: +Finance -Demo"``;
            rows that change nothing are ignored.

        Raises
        ------
        ColumnMismatch, RejectedRows, PermissionDenied, TaskFailed, TransferTimeout, TaskTimeout
            As for `insert`. A row about a user that is not there is rejected.

        Examples
        --------
        >>> users = conn.scim.users()  # doctest: +SKIP
        >>> users["active"] = users["user_name"].isin(employees["email"])  # doctest: +SKIP
        >>> conn.scim.update(users, dry_run=True).changes  # doctest: +SKIP
        """
        options = send_options(
            on_rejected=on_rejected, dump=dump, timeout=timeout, progress=progress
        )
        return self._write(data, "update", mapping, options, index=index, dry_run=dry_run)

    @overload
    def deactivate(
        self,
        users: Any,
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
    def deactivate(
        self,
        users: Any,
        *,
        dry_run: Literal[True],
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WritePlan: ...

    def deactivate(
        self,
        users: Any,
        *,
        dry_run: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult | WritePlan:
        """Deactivate users, so that they cannot log in; `update` can activate them again.

        Parameters
        ----------
        users : str, sequence of str, DataFrame, Arrow data or iterator
            User names or ids, or a table with a column ``id`` or ``user_name``.
        dry_run, mapping, index, on_rejected, dump, timeout, progress
            As for `insert`.

        Returns
        -------
        WriteResult or WritePlan
            As for `update`. Users that are not active are ignored.

        Raises
        ------
        ColumnMismatch, RejectedRows, PermissionDenied, TaskFailed, TransferTimeout, TaskTimeout
            As for `update`.

        Examples
        --------
        >>> conn.scim.deactivate(["ann@corp.com", "bob@corp.com"])  # doctest: +SKIP
        """
        options = send_options(
            on_rejected=on_rejected, dump=dump, timeout=timeout, progress=progress
        )
        return self._write(
            named_users(users), "deactivate", mapping, options, index=index, dry_run=dry_run
        )

    def _write(
        self,
        data: Any,
        mode: Mode,
        mapping: Mapping[Hashable, str] | None,
        options: SendOptions,
        *,
        index: bool,
        dry_run: bool,
    ) -> WriteResult | WritePlan:
        return write_users(
            self._target, data, mode, mapping=mapping, index=index, send=options, dry_run=dry_run
        )


def _checked_columns(columns: Sequence[str] | None) -> Sequence[str] | None:
    if isinstance(columns, str):
        raise TypeError(f"columns must be a list: columns=[{columns!r}]")
    if columns is not None:
        check_columns(columns, USER_COLUMNS, "The frame of users")
    return columns
