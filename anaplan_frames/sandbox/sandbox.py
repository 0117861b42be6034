"""The sandbox: a tenant and the server that serves it."""

from __future__ import annotations

import atexit
import os
import secrets
import tempfile
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pandas as pd

from anaplan_frames.sandbox import application, client_connection
from anaplan_frames.sandbox.client_connection import Include
from anaplan_frames.sandbox.clones.clone_report import CloneReport
from anaplan_frames.sandbox.demo_tenant import build_demo
from anaplan_frames.sandbox.http.fault_injection import FaultMiddleware
from anaplan_frames.sandbox.http.local_server import EVERY_ADDRESS, HOST, Server
from anaplan_frames.sandbox.http.middleware import HostMiddleware
from anaplan_frames.sandbox.tenant.tenant_state import Tenant

if TYPE_CHECKING:
    from anaplan_frames.sandbox.client_connection import Connection, Model


CLONE_EMAIL = "clone@example.com"


class Sandbox(Tenant):
    """A tenant of Anaplan on this machine; a context manager that serves it in a thread.

    Parameters
    ----------
    email, password : str
        The login of the first user, who administers every workspace.
    token_lifetime : float
        Seconds until a token expires.
    rate_limit : float or None
        Requests per minute, and the burst; None for no limit.
    page_size : int
        The maximum and default number of items on a page.
    export_chunk_size : int
        Bytes of a chunk of a download.
    cell_read_limit : int
        Cells of a view that one answer may hold; larger views need a large read.
    read_page_size : int
        Bytes of a page of a large read.
    cell_write_limit : int
        Cells that one request may write; an older page of the documentation says 1,000.
    data : str or path, optional
        A folder that keeps the data, and that only this user can read; by default all data is
        lost when the sandbox is closed.
    task_pause : float
        Seconds that a task stays in NOT_STARTED, and at least in IN_PROGRESS.
    behavior : mapping, optional
        What the sandbox does if reports and documentation of the service disagree: a value for any
        of `keys`, `update_needs_code`, `process_verdict`, `closing`, `early_chunks`, `run_errors`,
        `patch_connection`.
        ``docs/sandbox.md`` lists their values.
    allowed_hosts : iterable of str
        Names under which clients may address the sandbox, in addition to those of this machine's
        own network (``localhost``, ``127.0.0.1``, ``[::1]``): for example the name of its
        container. Requests with another header Host are refused; ``"*"`` allows all.
    clock : callable
        Returns the seconds since the epoch; tests can replace it.

    Examples
    --------
    >>> with Sandbox.demo() as sandbox:  # doctest: +SKIP
    ...     connection = sandbox.connect()
    """

    _server: Server | None = None
    _closed = False
    _report: CloneReport | None = None

    @classmethod
    def demo(cls, **options: Any) -> Sandbox:
        """Make the demo tenant: workspace "Demo", model "Flight Planning"."""
        sandbox = cls(**options)
        build_demo(sandbox)
        return sandbox

    @classmethod
    def open(
        cls,
        folder: str | os.PathLike[str],
        *,
        email: str = CLONE_EMAIL,
        password: str | None = None,
        verbose: bool = True,
        **options: Any,
    ) -> Sandbox:
        """Make a tenant with the clone of a model, from a folder that a snapshot wrote.

        Everything has the id that it has in the model. What Anaplan's API does not show, such as
        what imports are mapped to, is read from ``mappings.toml`` in the folder. If something is
        missing there, it is added, for you to fill in.

        Parameters
        ----------
        folder : path
            What `anaplan_frames.snapshot` or ``anaplan-frames clone`` wrote.
        email, password : str, optional
            The login; by default a new password is made.
        verbose : bool
            Print the login, and what is not in the clone as it is in the model.
        **options
            Other parameters of `Sandbox`. With ``data=``, what was loaded since stays.

        Raises
        ------
        FileNotFoundError
            If there is no snapshot in the folder.
        ValueError
            If the snapshot is not complete or damaged, or ``mappings.toml`` cannot be read.

        Examples
        --------
        >>> with Sandbox.open("rehearsal") as sandbox:  # doctest: +SKIP
        ...     model = sandbox.connect().model("Flight Planning")
        """
        # Parquet and TOML are imported only when a clone is opened.
        from anaplan_frames.sandbox.clones.cloned_model import build_clone
        from anaplan_frames.sandbox.clones.opened_snapshot import OpenedSnapshot

        snapshot = OpenedSnapshot(folder)
        sandbox = cls(email, password or secrets.token_urlsafe(12), **options)
        try:
            sandbox._report = build_clone(sandbox, snapshot)
        except BaseException:
            sandbox.close()
            raise
        if verbose:
            print(f"{sandbox._report.text()}\nLogin: {sandbox.email}, {sandbox.password}")
        return sandbox

    @classmethod
    def clone(
        cls,
        model: Model | str,
        *,
        include: Include = "structure",
        modules: str | Sequence[str] | None = None,
        into: str | os.PathLike[str] | None = None,
        **options: Any,
    ) -> Sandbox:
        """Take a snapshot of a model, and make a tenant with the clone of it.

        Parameters
        ----------
        model : Model or str
            A model of a connection of anaplan_frames, or what `anaplan_frames.snapshot` takes.
        include, modules
            How much of the model to take; see `anaplan_frames.snapshot`.
        into : path, optional
            The folder for the snapshot, and for ``mappings.toml``. By default it is not kept.
        **options
            As for `open`.
        """
        with tempfile.TemporaryDirectory(prefix="anaplan-clone-") as temporary:
            folder = temporary if into is None else into
            client_connection.take_snapshot(model, folder, include=include, modules=modules)
            return cls.open(folder, **options)

    @property
    def report(self) -> pd.DataFrame:
        """What is not in a clone as it is in the model, or has to be filled in.

        Returns
        -------
        DataFrame
            ``kind``, ``id``, ``name``, ``state`` ("not copied", "to fill in", "values as given" or
            "assumed") and ``why`` (text); without rows if the tenant is not a clone.
        """
        return (self._report or CloneReport("")).frame()

    @property
    def is_clone(self) -> bool:
        """Whether the tenant was built from a snapshot."""
        return self._report is not None

    def __repr__(self) -> str:
        where = f"at {self.api_url}" if self._server else "not running"
        names = [model.name for model in self.models.values()]
        return f"<Sandbox {where}, {self.email}, models: {', '.join(names) or 'none'}>"

    @property
    def api_url(self) -> str:
        """The URL of the Integration API, such as ``http://127.0.0.1:8900``."""
        if self._server is None:
            raise RuntimeError("The sandbox is not running: use `with sandbox: ...`.")
        host = HOST if self._server.host == EVERY_ADDRESS else self._server.host
        return f"http://{host}:{self._server.port}"

    @property
    def auth_url(self) -> str:
        """The URL of the authentication service, which is the same server."""
        return self.api_url

    def connect(self, **options: Any) -> Connection:
        """Open a connection of anaplan_frames to this sandbox, as its first user.

        Parameters
        ----------
        **options
            Options of `anaplan_frames.connect`.
        """
        return client_connection.connect(
            self.email, self.password, api_url=self.api_url, auth_url=self.auth_url, **options
        )

    def start(self, port: int = 0, host: str = HOST) -> Sandbox:
        """Start serving in a thread; by default on a free port, for this machine only.

        Parameters
        ----------
        port : int
            0 takes a free one.
        host : str
            The IPv4 address to listen on; ``"0.0.0.0"`` is every address of the machine, as a
            container needs it. The demo's password is known: do not serve it to a network.
        """
        if self._server is not None:
            raise RuntimeError("The sandbox is already running. Start it once, or close it first.")
        if self._closed:
            raise RuntimeError("The sandbox is closed and its data is gone: make another one.")
        # Looked up at each start, so that a test can wrap the application.
        app = FaultMiddleware(application.build_app(self), self)
        # "0.0.0.0" is not an address that a client should name.
        hosts = self.allowed_hosts | ({host} - {EVERY_ADDRESS})
        server = Server(HostMiddleware(app, hosts), port, host)
        server.start()
        self._server = server
        # DuckDB complains if a notebook or script ends without closing its databases.
        atexit.register(self.close)
        return self

    def stop(self) -> None:
        """Stop serving and cancel running work; the data stays, and `start` works again."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()
        self.stop_work()

    def close(self) -> None:
        """Stop, and release databases, uploads and temporary files."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        self.stop()
        self.release()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
