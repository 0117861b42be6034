"""A connection to a tenant: its workspaces, models and users, and the way to one model."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd

from anaplan_frames.admin.administration.tenant_admin import Admin
from anaplan_frames.admin.audit.audit_service import Audit
from anaplan_frames.admin.cloudworks.cloudworks import CloudWorks
from anaplan_frames.admin.model_deletion import delete_models
from anaplan_frames.admin.scim.scim_service import Scim
from anaplan_frames.auth import BasicAuth, Credentials
from anaplan_frames.bulk.actions import Action
from anaplan_frames.bulk.task_search import task_of
from anaplan_frames.clock import Clock
from anaplan_frames.config import ConfiguredAuth, resolve
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields, series_of_fields
from anaplan_frames.directory import Directory
from anaplan_frames.errors import ConfigurationError
from anaplan_frames.model import Model
from anaplan_frames.resources.collection import Collection
from anaplan_frames.results import WriteResult
from anaplan_frames.single_start import check_restart_after
from anaplan_frames.tasks import Hook, Task
from anaplan_frames.transport import Transport
from anaplan_frames.urls import ALM, parse_model_url, parse_run_url, parse_task_url

_WORKSPACE = {
    "id": Field("id"),
    "name": Field("name"),
    "active": Field("active", "boolean"),
    "size_allowance": Field("sizeAllowance", "integer"),
    "current_size": Field("currentSize", "integer"),
}
_MODEL = {
    "id": Field("id"),
    "name": Field("name"),
    "state": Field("activeState"),
    "workspace_id": Field("currentWorkspaceId"),
    "workspace": Field("currentWorkspaceName"),
    "memory_usage": Field("memoryUsage", "integer"),
    "last_modified": Field("lastModified", "time"),
    "last_modified_by": Field("lastModifiedByUserGuid"),
    "created": Field("isoCreationDate", "time"),
    "transaction_running": Field("modelTransactionRunning", "boolean"),
    "url": Field("modelUrl"),
}
_USER = {
    "id": Field("id"),
    "email": Field("email"),
    "first_name": Field("firstName"),
    "last_name": Field("lastName"),
    "active": Field("active", "boolean"),
    "last_login": Field("lastLoginDate", "time"),
}


def connect(
    email: str | None = None,
    password: str | None = None,
    *,
    auth: Credentials | None = None,
    profile: str | None = None,
    region: str | None = None,
    api_url: str | None = None,
    auth_url: str | None = None,
    urls: Mapping[str, str] | None = None,
    requests_per_minute: float | None = 600,
    http_timeout: float | tuple[float, float] = (10, 120),
    tries: int = 6,
    proxies: str | Mapping[str, str] | None = None,
    verify: bool | str | os.PathLike[str] | None = None,
    allow_http: bool = False,
    hooks: Sequence[Hook] = (),
    restart_after: float | None = None,
    clock: Clock | None = None,
) -> Connection:
    """Connect to Anaplan.

    Nothing is sent before the first call needs it.

    Parameters
    ----------
    email, password : str, optional
        Of a user who signs in with a password.
    auth : Credentials, optional
        Another way to sign in: `CertificateAuth`, `KeystoreAuth` or `TokenAuth`. Without any of
        these the environment variables ``ANAPLAN_*`` are used, then the profile file.
    profile : str, optional
        A profile of the profile file; by default ``ANAPLAN_PROFILE``, else ``default``.
    region : str, optional
        Sets the hosts of all services, such as ``"eu3"``; by default ``ANAPLAN_REGION``.
    api_url, auth_url : str, optional
        Hosts of the Integration API and of sign-ins, if they are not the region's: of a sandbox.
    urls : mapping of str to str, optional
        URLs of single services: ``{"audit": "https://...", "cloudworks": "https://..."}``.
    requests_per_minute : float, optional
        What this connection allows itself; Anaplan allows a tenant 600. None for no limit.
    http_timeout : float or (float, float), default (10, 120)
        Seconds to wait for a connection, and for the next byte of an answer.
    tries : int, default 6
        How often a request is sent at most.
    proxies : str or mapping of str to str, optional
        One proxy for all, or as `requests` takes them; by default its environment variables.
    verify : bool or path, optional
        A file of CA certificates to trust, as `requests` takes it.
    allow_http : bool
        Allow ``http://`` to a host that is not this machine. Credentials would go unprotected.
    hooks : sequence of Hook, optional
        Objects with ``on_start(task)`` and ``on_end(task, result, error)``, which are called for
        every task. What they raise is logged with a warning, and changes nothing.
    restart_after : float, optional
        Seconds. If the answer to the start of an action is lost and no task of it is listed, the
        library waits until the model has stayed idle for so long (no transaction, no task
        running, no new task listed), and then starts the action again. By default it raises
        `TaskUncertain`, as it does if the model does not become idle within an hour, or before the
        ``timeout=`` of the call ends. A first request that something on the way holds back for
        longer than this is not seen: the action then runs twice. If its task is listed when the
        second one has ended, `TaskUncertain` says so. Choose more than gateways and proxies wait
        for an answer: 60 to 600 seconds. Calls have a ``restart_after=`` of their own, in which
        ``math.inf`` turns this off.
    clock : Clock, optional
        What all waiting goes through.

    Returns
    -------
    Connection
        It sends nothing before its first call.

    Raises
    ------
    ConfigurationError
        If there are no credentials, they do not fit together, or a region or service is unknown.
    AuthenticationError
        If a certificate or keystore cannot be opened.
    TypeError
        If email or password is not text.

    Examples
    --------
    >>> conn = af.connect()  # doctest: +SKIP
    >>> conn = af.connect("me@corp.com", "password")  # doctest: +SKIP
    >>> conn = af.connect(auth=af.CertificateAuth("cert.pem", "key.pem"))  # doctest: +SKIP
    """
    given = _credentials(email, password, auth)
    del password
    check_restart_after(restart_after)
    settings = resolve(given, profile, api_url, auth_url, region=region)
    transport = Transport(
        given or ConfiguredAuth(profile, settings.auth),
        region=settings.region,
        api_url=settings.api_url,
        auth_url=settings.auth_url,
        urls=urls,
        requests_per_minute=requests_per_minute,
        timeout=http_timeout,
        tries=tries,
        proxies={"http": proxies, "https": proxies} if isinstance(proxies, str) else proxies,
        verify=verify if isinstance(verify, bool | None) else Path(verify),
        allow_http=allow_http,
        clock=clock or Clock(),
    )
    return Connection(
        transport,
        workspace=settings.workspace,
        model=settings.model,
        hooks=hooks,
        restart_after=restart_after,
    )


def _credentials(
    email: str | None, password: str | None, auth: Credentials | None
) -> Credentials | None:
    """Return the credentials that are given as arguments, if any are."""
    if isinstance(email, Credentials):
        raise TypeError("Pass credentials by name: af.connect(auth=...).")
    if not isinstance(email, str | None) or not isinstance(password, str | None):
        raise TypeError(
            "email and password must be text: af.connect('me@corp.com', 'password'). Other ways to "
            "sign in are passed as auth=...."
        )
    if not isinstance(auth, Credentials | None):
        raise TypeError(
            "auth must be credentials such as af.CertificateAuth('cert.pem', 'key.pem'), not "
            f"{type(auth).__name__}. An email and password are passed as "
            "af.connect('me@corp.com', 'password')."
        )
    if email is None and password is None:
        return auth
    if auth is not None:
        raise TypeError("Pass either email and password or auth=..., not both.")
    if email is None or password is None:
        missing = "The password" if password is None else "The email"
        raise TypeError(f"{missing} is missing: af.connect('me@corp.com', 'password').")
    return BasicAuth(email, password)


class Connection:
    """A connection to a tenant; a context manager whose end logs out. Made by `connect`.

    Threads may share it. A process that is forked from this one opens connections of its own. It
    can be pickled, as can the models and resources that it gives: an unpickled one connects at its
    first use. The pickle holds no password or key. If the credentials come from the environment or
    a profile, the other process looks them up there; if they were given to `connect`, the pickle
    holds the token, which lives for 35 minutes: keep such a pickle secret.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        workspace: str | None = None,
        model: str | None = None,
        hooks: Sequence[Hook] = (),
        restart_after: float | None = None,
    ) -> None:
        self._transport = transport
        self._directory = Directory(transport)
        self._workspace = workspace
        self._model = model
        self._hooks = tuple(hooks)
        self._restart_after = restart_after

    @property
    def audit(self) -> Audit:
        """The audit events of the tenant: who did what, and when."""
        return Audit(self._transport)

    @property
    def scim(self) -> Scim:
        """The tenant's users, read and written by SCIM; needs the role User Administrator."""
        return Scim(self._transport, self._directory.workspaces)

    @property
    def cloudworks(self) -> CloudWorks:
        """CloudWorks: connections to cloud storage, integrations, schedules, flows and their runs.

        Examples
        --------
        >>> conn.cloudworks.run("Load flights")  # doctest: +SKIP
        """
        return CloudWorks(self._transport, self._hooks)

    @property
    def admin(self) -> Admin:
        """Exception users, and users exported and imported as an administrator does it."""
        return Admin(self._transport, self._directory.workspaces)

    def workspaces(self) -> pd.DataFrame:
        """Return the workspaces that the user may see.

        Returns
        -------
        pandas.DataFrame
            ``id``, ``name`` (text), ``active`` (boolean), ``size_allowance`` and
            ``current_size`` (Int64, bytes).
        """
        return frame_of_fields(self._directory.workspaces(), _WORKSPACE)

    def models(self) -> pd.DataFrame:
        """Return the models that the user may see, of all workspaces.

        Returns
        -------
        pandas.DataFrame
            ``id``, ``name``, ``state``, ``workspace_id``, ``workspace`` (text), ``memory_usage``
            (Int64, bytes), ``last_modified`` (datetime64, UTC), ``last_modified_by`` (a user's
            id), ``created`` (datetime64, UTC), ``transaction_running`` (boolean), ``url`` (text).
        """
        return frame_of_fields(self._directory.models(), _MODEL)

    def users(self) -> pd.DataFrame:
        """Return the users of the tenant.

        Returns
        -------
        pandas.DataFrame
            ``id``, ``email``, ``first_name``, ``last_name`` (text), ``active`` (boolean),
            ``last_login`` (datetime64, UTC).
        """
        records = self._transport.pages("/users", "users", label="the users")
        return frame_of_fields(records, _USER)

    def me(self) -> pd.Series[Any]:
        """Return the user of this connection.

        Returns
        -------
        pandas.Series
            What the columns of `users` are.
        """
        user = self._transport.get("/users/me", label="your user")["user"]
        return series_of_fields(user, _USER)

    def model(self, name: str | None = None, workspace: str | None = None) -> Model:
        """Return a model by name or id.

        Parameters
        ----------
        name : str, optional
            Its name or id; by default ``ANAPLAN_MODEL`` or the profile's ``model``.
        workspace : str, optional
            The name or id of its workspace; needed only if two models have this name. By
            default the one of ``ANAPLAN_WORKSPACE`` or the profile is preferred.

        Notes
        -----
        The id of a model that was found by its name is remembered in the user's cache folder. The
        next run asks for the model by this id, which saves the listing of all models, and checks
        that it still has the name. A second model of the name that was made since is not noticed:
        give the workspace, or the id.

        What a program asks about a model first is remembered, too, and asked for at once by its
        next run.

        Raises
        ------
        NotFound
            If there is none that the user may see; names the near names.
        AmbiguousName
            If several have the name; names their ids and workspaces.
        ConfigurationError
            If no model is named, or its URL is of another region than the connection.
        """
        name = name or self._model
        if name is None:
            raise ConfigurationError(
                "Which model? Give its name or id: conn.model('Flight Planning'), or set "
                "ANAPLAN_MODEL."
            )
        url = parse_model_url(name)
        if url is not None:
            self._transport.check_region(url.host)
            name, workspace = url.model, workspace or url.workspace
        found, early = self._directory.find_model(name, workspace, preferred=self._workspace)
        return Model(self._transport, found, self._hooks, self._restart_after, early)

    def task(self, url: str) -> Task[WriteResult]:
        """Return a task by its URL, in any process.

        Parameters
        ----------
        url : str
            A `Task.url`: ``anaplan://workspace_id/model_id/imports/id/tasks/task_id``, or of
            CloudWorks ``anaplan://cloudworks/integrations/id/runs/run_id``.

        Returns
        -------
        Task
            Rejected rows are in its result's ``unmatched``, as Anaplan's failure dump has them.

        Raises
        ------
        ConfigurationError
            If it is not the URL of a task.
        NotFound
            If there is no such task.

        Examples
        --------
        >>> conn.task(url).result()  # doctest: +SKIP
        """
        run = parse_run_url(url)
        if run is not None:
            return self.cloudworks.task(run)
        address = parse_task_url(url)
        model = self.model(address.model_id, address.workspace_id)
        if address.plural == ALM:
            return model.alm.task(address.task_id)
        collection: Collection[Action] = getattr(model, address.plural)
        return task_of(collection, address.action_id, address.task_id)

    def delete_models(
        self, models: str | Sequence[str], *, workspace: str | None = None, confirm: bool = False
    ) -> pd.DataFrame:
        """Delete models for good.

        Anaplan deletes no model that is open; see `Model.close_for_everyone`.

        Parameters
        ----------
        models : str or sequence of str
            Their names or ids.
        workspace : str, optional
            The name or id of the workspace that they are in; needed only if two models have
            the same name.
        confirm : bool
            Without True nothing is deleted, and the error says what would be.

        Returns
        -------
        pandas.DataFrame
            One row per model: ``id``, ``name``, ``workspace`` (text), ``deleted`` (boolean),
            ``error`` (text: why it is still there).

        Raises
        ------
        ConfirmationRequired
            Without ``confirm=True``; names the models.
        NotFound, AmbiguousName
            As for `model`; nothing is deleted then.
        """
        asked = [models] if isinstance(models, str) else models
        found = {model["id"]: model for model in self._directory.find_models(asked, workspace)}
        return delete_models(self._transport, list(found.values()), confirm=confirm)

    def close(self) -> None:
        """Log out; what was started goes on."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._transport.close()

    def __repr__(self) -> str:
        return f"<Connection to {self._transport.api_url}>"
