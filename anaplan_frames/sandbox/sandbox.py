"""The sandbox itself: a tenant with users, workspaces and models, and its server."""

from __future__ import annotations

import atexit
import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from anaplan_frames.sandbox import app
from anaplan_frames.sandbox.actions import Actions
from anaplan_frames.sandbox.certificates import Certificates
from anaplan_frames.sandbox.content import Contents
from anaplan_frames.sandbox.fault_machine import FaultMachine
from anaplan_frames.sandbox.faults import Faults
from anaplan_frames.sandbox.kept_dumps import Dumps
from anaplan_frames.sandbox.large_reads import LargeReads
from anaplan_frames.sandbox.limits import TokenBucket
from anaplan_frames.sandbox.planning.workspace import SIZE_ALLOWANCE, Workspace
from anaplan_frames.sandbox.server import HOST, Server
from anaplan_frames.sandbox.tasks import Tasks
from anaplan_frames.sandbox.tokens import Tokens
from anaplan_frames.sandbox.users import User, Users

if TYPE_CHECKING:
    from anaplan_frames.connection import Connection
    from anaplan_frames.sandbox.planning.model import Model


class Sandbox:
    """A tenant of Anaplan on this machine; a context manager that serves it in a thread.

    Parameters
    ----------
    email, password : str
        Of the first user, who administers every workspace.
    token_lifetime : float
        Seconds until a token expires.
    rate_limit : float or None
        Requests a minute, and the burst; None for no limit.
    page_size : int
        Items that a page holds at most, and by default.
    export_chunk_size : int
        Bytes of a chunk of a download.
    cell_read_limit : int
        Cells of a view that one answer may hold; those of larger ones come by large reads.
    read_page_size : int
        Bytes of a page of a large read.
    cell_write_limit : int
        Cells that one request may write; an older page of the documentation says 1,000.
    data : str or path, optional
        A folder that keeps what is stored; by default everything is gone after the end.
    task_pause : float
        Seconds that a task stays in NOT_STARTED, and at least in IN_PROGRESS.
    clock : callable
        Gives the seconds since the epoch; a test may turn it.

    Examples
    --------
    >>> with Sandbox.demo() as sandbox:  # doctest: +SKIP
    ...     connection = sandbox.connect()
    """

    def __init__(
        self,
        email: str = "demo@example.com",
        password: str = "demo",
        *,
        token_lifetime: float = 2100,
        rate_limit: float | None = 600,
        page_size: int = 5000,
        export_chunk_size: int = 10_000_000,
        cell_read_limit: int = 1_000_000,
        read_page_size: int = 10_000_000,
        cell_write_limit: int = 100_000,
        data: str | os.PathLike[str] | None = None,
        task_pause: float = 0.02,
        clock: Callable[[], float] = time.time,
    ) -> None:
        sizes = (page_size, export_chunk_size, cell_read_limit, read_page_size, cell_write_limit)
        if min(sizes) < 1:
            raise ValueError("Sizes and limits must be at least 1.")
        self.email = email
        self.password = password
        self.page_size = page_size
        self.export_chunk_size = export_chunk_size
        self.cell_read_limit = cell_read_limit
        self.cell_write_limit = cell_write_limit
        self.data = None if data is None else Path(data)
        self.clock = clock
        self.created = clock()
        self.users = Users()
        self.tokens = Tokens(token_lifetime, clock)
        self.certificates = Certificates()
        self.bucket = None if rate_limit is None else TokenBucket(rate_limit, clock)
        self.workspaces: dict[str, Workspace] = {}
        self._cleanup = contextlib.ExitStack()
        self.contents = Contents(self._content_folder(), clock)
        self.dumps = Dumps(self.contents.new_path, clock)
        self.tasks = Tasks(task_pause, clock)
        self.large_reads = LargeReads(self.contents.new_path, read_page_size, task_pause, clock)
        self.actions = Actions(self.contents, self.dumps)
        self.faults = Faults()
        self._server: Server | None = None
        self._closed = False
        self.add_user(email, password)

    @classmethod
    def demo(cls, **options: Any) -> Sandbox:
        """Make the demo tenant: workspace "Demo", model "Flight Planning"."""
        from anaplan_frames.sandbox.demo import build_demo

        sandbox = cls(**options)
        build_demo(sandbox)
        return sandbox

    def __repr__(self) -> str:
        where = f"at {self.api_url}" if self._server else "not running"
        names = [model.name for model in self.models.values()]
        return f"<Sandbox {where}, {self.email}, models: {', '.join(names) or 'none'}>"

    def workspace(
        self, name: str, id: str | None = None, size_allowance: int = SIZE_ALLOWANCE
    ) -> Workspace:
        """Create a workspace, or get the one of this name (and id, where given).

        Parameters
        ----------
        name : str
        id : str, optional
            32 hex digits; made from the name by default.
        size_allowance : int
            Bytes that its models may take; told, not enforced.
        """
        for workspace in self.workspaces.values():
            if workspace.name == name and id in (None, workspace.id):
                return workspace
        workspace = Workspace(name, id, data=self.data, size_allowance=size_allowance)
        if workspace.id in self.workspaces:
            raise ValueError(f"There is a workspace with the id {workspace.id} already.")
        self.workspaces[workspace.id] = workspace
        return workspace

    @property
    def models(self) -> dict[str, Model]:
        """All models by id."""
        return {m.id: m for w in self.workspaces.values() for m in w.models.values()}

    def add_user(
        self,
        email: str,
        password: str,
        *,
        administrator: bool = True,
        models: Iterable[str] | None = None,
    ) -> User:
        """Let somebody else log in.

        Parameters
        ----------
        email, password : str
        administrator : bool
            Whether the user administers the workspaces.
        models : iterable of str, optional
            Ids of the models that the user may use; all by default.
        """
        return self.users.add(email, password, administrator=administrator, models=models)

    def register_certificate(self, pem: bytes | str, email: str | None = None) -> None:
        """Accept logins by this certificate, for the first user or the one with `email`.

        Raises
        ------
        ValueError
            If `pem` is no certificate, or nobody has that email.
        """
        user = self.users.by_email(email or self.email)
        if user is None:
            raise ValueError(f"Nobody in the sandbox has the email {email!r}.")
        self.certificates.register(pem.encode() if isinstance(pem, str) else pem, user)

    def default_content(self, model: Model, file_id: str, content: bytes) -> None:
        """Give a file default content, as a modeller does: all read it who have no own."""
        if file_id not in model.files:
            raise ValueError(f"The model {model.name!r} has no file {file_id!r}.")
        path = self.contents.new_path()
        path.write_bytes(content)
        self.contents.store(model.id, file_id, None, path)

    @property
    def api_url(self) -> str:
        """Where the Integration API is, such as ``http://127.0.0.1:8900``."""
        if self._server is None:
            raise RuntimeError("The sandbox is not running: use `with sandbox: ...`.")
        return f"http://{HOST}:{self._server.port}"

    @property
    def auth_url(self) -> str:
        """Where the authentication service is: the same server."""
        return self.api_url

    def connect(self, **options: Any) -> Connection:
        """Open a connection of anaplan_frames to this sandbox, as its first user.

        Parameters
        ----------
        **options
            As `anaplan_frames.connect` takes them.
        """
        import anaplan_frames as af

        options.setdefault("auth", af.BasicAuth(self.email, self.password))
        return af.connect(api_url=self.api_url, auth_url=self.auth_url, **options)

    def start(self, port: int = 0) -> Sandbox:
        """Start serving in a thread; on a free port unless one is given."""
        if self._server is not None:
            raise RuntimeError("The sandbox is running already.")
        if self._closed:
            raise RuntimeError("The sandbox was closed and its data are gone: make another.")
        # Looked up at each start, so that a test can put its check around the application.
        server = Server(FaultMachine(app.build_app(self), self), port)
        server.start()
        self._server = server
        # A notebook or script need not close what it started; DuckDB complains at the very end.
        atexit.register(self.close)
        return self

    def stop(self) -> None:
        """Stop serving and cancel what runs; what is stored stays, and `start` works again."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()
        self.tasks.stop()
        self.large_reads.stop()

    def close(self) -> None:
        """Stop, and let go of everything: databases, uploads, temporary files."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        self.stop()
        if self.data is not None:
            self.contents.save()
        for workspace in self.workspaces.values():
            workspace.close()
        self._cleanup.close()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _content_folder(self) -> Path:
        """Make the folder of uploads: within `data`, or a temporary one."""
        if self.data is None:
            folder = tempfile.TemporaryDirectory(prefix="anaplan-sandbox-")
            return Path(self._cleanup.enter_context(folder))
        path = self.data / "content"
        path.mkdir(parents=True, exist_ok=True)
        return path
