"""A tenant: its users, workspaces and models, and the state of their logins, files and tasks."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from anaplan_frames.sandbox.behavior import Behavior, parse_behavior
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.sandbox_workspace import SIZE_ALLOWANCE, Workspace
from anaplan_frames.sandbox.planning.schema.action_definitions import ProcessDefinition
from anaplan_frames.sandbox.planning.store.private_folder import make_private_folder
from anaplan_frames.sandbox.tenant.action_runner import ActionRunner
from anaplan_frames.sandbox.tenant.alm_tasks import AlmTasks
from anaplan_frames.sandbox.tenant.audit_log import AuditLog
from anaplan_frames.sandbox.tenant.cloudworks_builder import (
    CloudJob,
    StorageType,
    make_connection,
    make_flow,
    make_integration,
)
from anaplan_frames.sandbox.tenant.cloudworks_records import Connection, Flow, Integration, Run
from anaplan_frames.sandbox.tenant.cloudworks_runs import Runner
from anaplan_frames.sandbox.tenant.cloudworks_state import CloudWorks
from anaplan_frames.sandbox.tenant.entitlements import is_entitled
from anaplan_frames.sandbox.tenant.exception_users import ExceptionUsers
from anaplan_frames.sandbox.tenant.fault_rules import Faults
from anaplan_frames.sandbox.tenant.file_contents import Contents
from anaplan_frames.sandbox.tenant.login_certificates import Certificates
from anaplan_frames.sandbox.tenant.login_tokens import Tokens
from anaplan_frames.sandbox.tenant.model_copies import copied_model
from anaplan_frames.sandbox.tenant.model_revisions import BY_BUILDER, Revisions
from anaplan_frames.sandbox.tenant.oauth_grants import Grant, OAuthClient, OAuthGrants
from anaplan_frames.sandbox.tenant.rate_limit import TokenBucket
from anaplan_frames.sandbox.tenant.read_requests import LargeReads
from anaplan_frames.sandbox.tenant.stored_dumps import Dumps
from anaplan_frames.sandbox.tenant.task_queue import Tasks
from anaplan_frames.sandbox.tenant.tenant_users import DEFAULT_LICENSES, User, Users

_CONSOLE_SECONDS = 12 * 3600
_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")


class Tenant:
    """A tenant without a server.

    `Sandbox`, which serves it, describes the parameters.
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
        behavior: Mapping[str, Any] | None = None,
        allowed_hosts: Iterable[str] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        sizes = (page_size, export_chunk_size, cell_read_limit, read_page_size, cell_write_limit)
        if min(sizes) < 1:
            raise ValueError("Sizes and limits must be at least 1.")
        self.behavior: Behavior = parse_behavior(behavior)
        self.allowed_hosts: frozenset[str] = frozenset((*_THIS_MACHINE, *allowed_hosts))
        self.email = email
        self.password = password
        self.page_size = page_size
        self.export_chunk_size = export_chunk_size
        self.cell_read_limit = cell_read_limit
        self.cell_write_limit = cell_write_limit
        self.data: Path | None = None if data is None else Path(data)
        self.clock = clock
        self.created: float = clock()
        self.audit: AuditLog = AuditLog(clock)
        self.users: Users = Users()
        self.tokens: Tokens = Tokens(token_lifetime, clock)
        # Faults that end the tokens of clients leave the console open.
        self.console_logins: Tokens = Tokens(_CONSOLE_SECONDS, clock, notes_logins=False)
        self.oauth: OAuthGrants = OAuthGrants(self.tokens, token_lifetime, clock)
        self.certificates: Certificates = Certificates()
        self.bucket: TokenBucket | None = (
            None if rate_limit is None else TokenBucket(rate_limit, clock)
        )
        self.workspaces: dict[str, Workspace] = {}
        self._cleanup = contextlib.ExitStack()
        self.contents: Contents = Contents(self._content_folder(), clock)
        self.dumps: Dumps = Dumps(self.contents.new_path, clock)
        self.tasks: Tasks = Tasks(task_pause, clock)
        self.revisions: Revisions = Revisions(clock)
        self.alm: AlmTasks = AlmTasks(self.revisions, self.tasks, lambda: self.models, clock)
        self.large_reads: LargeReads = LargeReads(
            self.contents.new_path, read_page_size, task_pause, clock
        )
        self.actions: ActionRunner = ActionRunner(
            self.contents, self.dumps, self.behavior.process_verdict, self.audit
        )
        self.cloudworks: CloudWorks = CloudWorks(
            lambda: self.models,
            self.users,
            clock,
            lambda connections: Runner(
                lambda: self.models,
                self.tasks,
                self.contents,
                self.actions,
                connections,
                self.audit,
                task_pause,
                clock,
            ),
        )
        self.exception_users: ExceptionUsers = ExceptionUsers(self.users, self.workspaces)
        self.faults: Faults = Faults()
        self.first_user: User = self.add_user(email, password)

    def workspace(
        self, name: str, id: str | None = None, size_allowance: int = SIZE_ALLOWANCE
    ) -> Workspace:
        """Create a workspace, or get the one with this name (and id, if given).

        Parameters
        ----------
        name : str
        id : str, optional
            32 hex digits; by default they follow from the name.
        size_allowance : int
            Bytes that its models may take; shown, but not enforced.
        """
        for workspace in self.workspaces.values():
            if workspace.name == name and id in (None, workspace.id):
                return workspace
        workspace = Workspace(
            name,
            id,
            data=self.data,
            size_allowance=size_allowance,
            keys=self.behavior.keys,
        )
        if workspace.id in self.workspaces:
            raise ValueError(f"There is already a workspace with the id {workspace.id}.")
        self.workspaces[workspace.id] = workspace
        return workspace

    @property
    def models(self) -> dict[str, Model]:
        """All models by id."""
        return {m.id: m for w in self.workspaces.values() for m in w.models.values()}

    def revision(self, model: Model, name: str, description: str = "") -> str:
        """Make a revision of a model, as its first user does, and return its id.

        Raises
        ------
        ValueError
            If the model has no structural changes since its last revision, is not in standard
            mode, or the name or description is too long.
        """
        user_id = self.users.all()[0].id
        made = self.revisions.create(model, name, description, user_id, BY_BUILDER)
        return made.revision.id

    def copy_model(
        self,
        model: Model,
        name: str,
        workspace: Workspace | None = None,
        id: str | None = None,
        *,
        deployed: bool = False,
    ) -> Model:
        """Copy a model, so that revisions of the one can be synchronized into the other.

        The copy has the structure, the items of lists without production data and the revisions,
        and no other data.

        Parameters
        ----------
        workspace : Workspace, optional
            By default that of the model.
        deployed : bool
            Whether the copy is in deployed mode.
        """
        where = workspace or self.workspaces[model.workspace.id]
        copy = copied_model(model, where, name, id, self.models)
        self.revisions.copy(model.id, copy.id)
        copy.state = "PRODUCTION" if deployed else copy.state
        return copy

    def add_user(
        self,
        email: str,
        password: str | None,
        *,
        administrator: bool = True,
        models: Iterable[str] | None = None,
        roles: Iterable[str] | None = None,
        active: bool = True,
        workspaces: Iterable[str] | None = None,
        external_id: str | None = None,
        licenses: Iterable[str] = DEFAULT_LICENSES,
        first_name: str | None = None,
        last_name: str | None = None,
        id: str | None = None,
    ) -> User:
        """Add another user, who can log in.

        Parameters
        ----------
        email : str
        password : str or None
            None: the user cannot log in with one.
        administrator : bool
            Whether the user administers the workspaces.
        models : iterable of str, optional
            Ids of the models that the user may use; all by default.
        roles : iterable of str, optional
            Roles in the tenant, such as ``"Tenant Auditor"``; by default all that its APIs ask for.
        active : bool
            Whether the user can log in at all.
        workspaces : iterable of str, optional
            Ids of the workspaces that the user is entitled to; by default those of `models`.
        external_id : str, optional
            The id that another system has for the user.
        licenses : iterable of str
        first_name, last_name : str, optional
            By default they follow from the email.
        id : str, optional
            32 hex digits; by default they follow from the email.
        """
        return self.users.add(
            email,
            password,
            administrator=administrator,
            models=models,
            roles=roles,
            active=active,
            workspaces=None if workspaces is None else tuple(workspaces),
            external_id=external_id,
            licenses=tuple(licenses),
            first_name=first_name,
            last_name=last_name,
            id=id or "",
            now=self.clock(),
        )

    def entitlements(self, user: User) -> list[Workspace]:
        """List the workspaces that a user is entitled to."""
        return [one for one in self.workspaces.values() if is_entitled(user, one)]

    def register_certificate(self, pem: bytes | str, email: str | None = None) -> None:
        """Accept logins with this certificate, for the first user or the one with `email`.

        Raises
        ------
        ValueError
            If `pem` is not a certificate, or no user has that email.
        """
        user = self.users.by_email(email or self.email)
        if user is None:
            raise ValueError(f"No user of the sandbox has the email {email!r}.")
        self.certificates.register(pem.encode() if isinstance(pem, str) else pem, user)

    def oauth_client(
        self,
        grant: Grant = "device",
        *,
        rotatable: bool = True,
        refresh_lifetime: float = 43_200,
        redirect_uri: str = "http://localhost:8089",
        id: str | None = None,
    ) -> OAuthClient:
        """Make an OAuth client, as a Tenant Security Admin does.

        Parameters
        ----------
        grant : {"device", "authorization_code"}
            The one grant that it can use.
        rotatable : bool
            Whether each refresh gives a new refresh token and ends the old one.
        refresh_lifetime : float
            Seconds until a refresh token ends.
        redirect_uri : str
            Where a browser is sent with the code.
        id : str, optional
            32 hex digits; random by default.
        """
        with_secret = grant == "authorization_code"
        client = OAuthClient(
            id or uuid.uuid4().hex,
            grant,
            secrets.token_urlsafe(24) if with_secret else None,
            redirect_uri if with_secret else None,
            rotatable,
            refresh_lifetime,
        )
        return self.oauth.add(client)

    def approve(self, user_code: str, email: str | None = None) -> None:
        """Approve a device that shows this code, as a user does in the browser.

        Parameters
        ----------
        user_code : str
        email : str, optional
            The user's; by default the first user.

        Raises
        ------
        ValueError
            If no device waits with this code, or there is no such user.
        """
        user = self.users.by_email(email or self.email)
        if user is None:
            raise ValueError(f"No user of the sandbox has the email {email!r}.")
        self.oauth.decide(user_code, user)

    def deny(self, user_code: str) -> None:
        """Deny access to a device that shows this code."""
        self.oauth.decide(user_code, None)

    def cloudworks_connection(
        self,
        name: str,
        folder: str | os.PathLike[str],
        *,
        type: StorageType = "AmazonS3",
        place: str | None = None,
        secret: str | None = None,
        id: str | None = None,
    ) -> Connection:
        """Make a connection of CloudWorks, whose storage is a folder of this machine.

        Clients can make further connections to the same bucket, container or dataset.

        Parameters
        ----------
        name : str
        folder : path
            Holds the files; a table of BigQuery is a CSV file with its name.
        type : {"AmazonS3", "GoogleBigQuery", "AzureBlob"}
        place : str, optional
            The name of the bucket, container or dataset; by default the folder's.
        secret : str, optional
            The secret access key, SAS token or private key that clients must give; by default any.
        id : str, optional
            32 hex digits; random by default.
        """
        return make_connection(
            self.cloudworks, self.first_user, name, folder, type, place, secret, id
        )

    def cloudworks_integration(
        self,
        name: str,
        model: Model,
        jobs: Iterable[CloudJob] = (),
        *,
        process: ProcessDefinition | None = None,
        id: str | None = None,
        notification_id: str | None = None,
    ) -> Integration:
        """Make an integration of CloudWorks.

        Parameters
        ----------
        name : str
        model : Model
        jobs : iterable of (connection, file, action)
            A connection, a file or table of it, and the import that reads it or the export that
            writes it.
        process : ProcessDefinition, optional
            The process that it runs, whose files the jobs bring.
        id, notification_id : str, optional
            32 hex digits; random by default.
        """
        return make_integration(
            self.cloudworks,
            self.first_user,
            name,
            model,
            jobs,
            process,
            id=id,
            notification_id=notification_id,
        )

    def cloudworks_flow(
        self,
        name: str,
        integrations: Sequence[Integration],
        *,
        on_failure: Literal["stop", "continue"] = "stop",
        id: str | None = None,
    ) -> Flow:
        """Make an integration flow that runs these integrations one after the other."""
        return make_flow(self.cloudworks, self.first_user, name, integrations, on_failure, id)

    def cloudworks_run(self, integration: Integration, id: str | None = None) -> Run:
        """Run an integration to its end, as the first user."""
        return self.cloudworks.run_now(self.first_user, integration.id, id)

    def audit_event(self, event_type: str = "USR-8", **values: Any) -> dict[str, Any]:
        """Add an audit event as if Anaplan had noted it, and return it.

        Parameters
        ----------
        event_type : str
            Its code, such as ``"USR-8"``, a login.
        **values
            Its other keys, under Anaplan's own names: ``eventDate=`` and ``createdDate=`` in
            milliseconds since the epoch, ``userId=``, ``objectId=``, ``additionalAttributes=``.
            By default it happens now; a None leaves a key out.
        """
        return self.audit.add(**{"eventTypeId": event_type, **values})

    def audit_events(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Add many audit events, each a mapping of what `audit_event` takes as values."""
        self.audit.add_all(events)

    def default_content(self, model: Model, file_id: str, content: bytes) -> None:
        """Set the default content of a file, which users without an upload of their own read."""
        if file_id not in model.files:
            raise ValueError(f"The model {model.name!r} has no file {file_id!r}.")
        path = self.contents.new_path()
        path.write_bytes(content)
        self.contents.store(model.id, file_id, None, path)

    def stop_work(self) -> None:
        """Cancel the tasks and read requests that wait or run."""
        self.cloudworks.stop()
        self.tasks.stop()
        self.large_reads.stop()

    def release(self) -> None:
        """Close the databases; keep the uploads in the data folder, or delete temporary files."""
        if self.data is not None:
            self.contents.save()
        for workspace in self.workspaces.values():
            workspace.close()
        self._cleanup.close()

    def _content_folder(self) -> Path:
        """Make the folder of uploads: within `data`, or a temporary one."""
        if self.data is None:
            folder = tempfile.TemporaryDirectory(prefix="anaplan-sandbox-")
            return Path(self._cleanup.enter_context(folder))
        path = self.data / "content"
        make_private_folder(self.data)
        make_private_folder(path)
        return path
