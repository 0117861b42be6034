"""CloudWorks of a tenant: what there is, how it is made, changed and deleted, and its runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.tenant.cloudworks_bodies import (
    check_steps,
    connection_body,
    jobs_of,
    named,
    notification_of,
    place_of,
    schedule_of,
    secret_of,
    shown_body,
    text_id,
)
from anaplan_frames.sandbox.tenant.cloudworks_records import (
    QUEUED,
    CloudWorksError,
    Connection,
    Flow,
    Integration,
    Notification,
    Run,
    Stamp,
    Step,
    Storage,
    new_id,
)
from anaplan_frames.sandbox.tenant.cloudworks_runs import Runner
from anaplan_frames.sandbox.tenant.tenant_users import User, Users

_Held = TypeVar("_Held")
MOST_INTEGRATIONS = 300
_DUPLICATE = "Duplicate resource name not allowed"


class CloudWorks:
    """The connections, integrations, notifications and flows of a tenant.

    Parameters
    ----------
    models : callable
        Returns the models by id.
    users : Users
    clock : callable
        Returns the seconds since the epoch.
    make_runner : callable
        Makes what runs integrations, of the connections by id.
    """

    def __init__(
        self,
        models: Callable[[], Mapping[str, Model]],
        users: Users,
        clock: Callable[[], float],
        make_runner: Callable[[Mapping[str, Connection]], Runner],
    ) -> None:
        self._models = models
        self._users = users
        self._clock = clock
        self.storages: dict[tuple[str, str], Storage] = {}
        self.connections: dict[str, Connection] = {}
        self.integrations: dict[str, Integration] = {}
        self.notifications: dict[str, Notification] = {}
        self.flows: dict[str, Flow] = {}
        self._runner = make_runner(self.connections)
        self._lock = threading.RLock()

    def add_storage(self, kind: str, place: str, folder: Path, secret: str | None) -> None:
        """Let connections to this bucket, container or dataset use a folder."""
        self.storages[kind, place] = Storage(folder, secret)

    def add_connection(
        self, user: User, kind: Any, body: Mapping[str, Any], id: str | None = None
    ) -> Connection:
        """Make a connection; its credentials are tested."""
        with self._lock:
            found, folder = self._checked(kind, body)
            if any(each.name == found["name"] for each in self.connections.values()):
                raise CloudWorksError(400, _DUPLICATE)
            made = Connection(
                id or new_id(),
                kind,
                shown_body(kind, found),
                folder,
                found.get("workspaceId"),
                Stamp.of(user, self._clock()),
            )
            self.connections[made.id] = made
            return made

    def change_connection(self, user: User, id: str, kind: Any, body: Mapping[str, Any]) -> None:
        """Replace the body of a connection, with its secrets."""
        with self._lock:
            held = self.connection(id)
            if kind not in (None, held.type):
                raise CloudWorksError(400, "Invalid request body")
            found, folder = self._checked(held.type, body)
            others = [each.name for each in self.connections.values() if each is not held]
            if found["name"] in others:
                raise CloudWorksError(400, _DUPLICATE)
            held.shown, held.folder = shown_body(held.type, found), folder
            held.workspace_id = found.get("workspaceId")
            held.stamp.touch(user, self._clock())

    def patch_connection(self, user: User, id: str, body: Mapping[str, Any]) -> None:
        """Change single fields of a connection, as a client's tests do."""
        with self._lock:
            held = self.connection(id)
            known = set(held.shown)
            if not body or not set(body) <= known:
                self.change_connection(user, id, None, body)
                return
            held.shown = {**held.shown, **body}
            held.stamp.touch(user, self._clock())

    def _checked(self, kind: Any, body: Mapping[str, Any]) -> tuple[dict[str, Any], Path]:
        """Check a body, and test it against the storage that it names."""
        found = connection_body(kind, body)
        storage = self.storages.get((kind, place_of(kind, found)))
        secret = storage.secret if storage else None
        if storage is None or secret not in (None, secret_of(kind, found)):
            raise CloudWorksError(400, "Credentials are invalid")
        return found, storage.folder

    def delete_connection(self, id: str) -> None:
        """Delete a connection that no integration uses."""
        with self._lock:
            self.connection(id)
            for integration in self.integrations.values():
                if any(job.connection_id == id for job in integration.jobs):
                    raise CloudWorksError(409, f"Connection is used by {integration.name}")
            del self.connections[id]

    def add_integration(
        self,
        user: User,
        body: Mapping[str, Any],
        id: str | None = None,
        notification_id: str | None = None,
    ) -> Integration:
        """Make an integration, and the notification that comes with it."""
        with self._lock:
            if len(self.integrations) + len(self.flows) >= MOST_INTEGRATIONS:
                raise CloudWorksError(409, "The tenant integration count is exceeded")
            stamp = Stamp.of(user, self._clock())
            made = Integration(id or new_id(), **self._settings(user, body), stamp=stamp)
            config = [{"type": kind, "users": [user.id]} for kind in ("full_failure",)]
            notification = Notification(notification_id or new_id(), made.id, ["in_app"], config)
            made.notification_id = notification.id
            self.integrations[made.id] = made
            self.notifications[notification.id] = notification
            return made

    def change_integration(self, user: User, id: str, body: Mapping[str, Any]) -> None:
        """Replace all settings of an integration."""
        with self._lock:
            held = self.integration(user, id)
            for name, value in self._settings(user, body).items():
                setattr(held, name, value)
            held.stamp.touch(user, self._clock())

    def _settings(self, user: User, body: Mapping[str, Any]) -> dict[str, Any]:
        name = named(body)
        model = self._models().get(str(body.get("modelId")))
        if model is None or not user.may_use(model.id):
            raise CloudWorksError(400, "Invalid value for modelId")
        if body.get("workspaceId") != model.workspace.id:
            raise CloudWorksError(400, "Invalid value for workspaceId")
        return {
            "name": name,
            "workspace_id": model.workspace.id,
            "model_id": model.id,
            "process_id": text_id(body.get("processId")),
            "jobs": jobs_of(body, model, self.connections),
            "nux_visible": bool(body.get("nuxVisible", False)),
        }

    def delete_integration(self, user: User, id: str) -> None:
        """Delete an integration that does not run and that no flow uses."""
        with self._lock:
            held = self.integration(user, id)
            if held.running:
                raise CloudWorksError(409, "Integration is already running")
            for flow in self.flows.values():
                if any(step.integration_id == id for step in flow.steps):
                    raise CloudWorksError(409, f"Integration is used by {flow.name}")
            self.notifications.pop(held.notification_id or "", None)
            del self.integrations[id]

    def add_schedule(self, user: User, id: str, given: Any) -> None:
        """Schedule an integration that has no schedule."""
        held = self.integration(user, id)
        schedule = schedule_of(given)
        if held.schedule is not None:
            raise CloudWorksError(400, _DUPLICATE)
        held.schedule = {**schedule, "status": "Active"}

    def change_schedule(self, user: User, id: str, given: Any) -> None:
        """Replace the schedule of an integration; its status stays."""
        held = self.scheduled(user, id)
        assert held.schedule is not None
        held.schedule = {**schedule_of(given), "status": held.schedule["status"]}

    def scheduled(self, user: User, id: str) -> Integration:
        """Return an integration with a schedule; 404 if there is none."""
        held = self.integration(user, id)
        if held.schedule is None:
            raise CloudWorksError(404, "Resource not found")
        return held

    def add_notification(self, user: User, body: Mapping[str, Any]) -> Notification:
        """Make the notification of an integration that has none."""
        integration_id, channels, config = notification_of(body)
        held = self._notified(user, integration_id, config)
        if held.notification_id is not None:
            raise CloudWorksError(400, _DUPLICATE)
        made = Notification(new_id(), held.id, channels, config)
        self.notifications[made.id] = made
        held.notification_id = made.id
        return made

    def change_notification(self, user: User, id: str, body: Mapping[str, Any]) -> None:
        """Replace a notification."""
        held = self.notification(id)
        integration_id, channels, config = notification_of(body)
        self._notified(user, integration_id, config)
        if integration_id != held.integration_id:
            raise CloudWorksError(400, "Invalid value for integrationIds")
        held.channels, held.config = channels, config

    def _notified(
        self, user: User, integration_id: str, config: Iterable[Mapping[str, Any]]
    ) -> Integration:
        """Return the integration; its users must be known."""
        if integration_id not in self.integrations:
            raise CloudWorksError(400, "Invalid value for integrationIds")
        for each in config:
            if any(self._users.by_id(str(one)) is None for one in each["users"]):
                raise CloudWorksError(400, "Invalid value for users")
        return self.integration(user, integration_id)

    def delete_notification(self, id: str) -> None:
        """Delete a notification; its integration then has none."""
        held = self.notification(id)
        self.integrations[held.integration_id].notification_id = None
        del self.notifications[id]

    def add_flow(self, user: User, body: Mapping[str, Any], id: str | None = None) -> Flow:
        """Make a flow."""
        with self._lock:
            name, steps = self._flow_settings(user, body)
            made = Flow(id or new_id(), name, steps, Stamp.of(user, self._clock()))
            self.flows[made.id] = made
            return made

    def change_flow(self, user: User, id: str, body: Mapping[str, Any]) -> None:
        """Replace the name and the steps of a flow."""
        with self._lock:
            held = self.flow(id)
            held.name, held.steps = self._flow_settings(user, body)
            held.stamp.touch(user, self._clock())

    def _flow_settings(self, user: User, body: Mapping[str, Any]) -> tuple[str, list[Step]]:
        name = named(body)
        if body.get("type") != "IntegrationFlow":
            raise CloudWorksError(400, "Invalid request body")
        steps = check_steps(body.get("steps"), self.integrations)
        stamp = Stamp.of(user, self._clock())
        return name, [
            Step(
                step["referrer"],
                step.get("dependsOn") or (),
                bool(step["isSkipped"]),
                step["exceptionBehavior"],
                stamp,
            )
            for step in steps
        ]

    def delete_flow(self, id: str) -> None:
        """Delete a flow that does not run; its integrations stay."""
        with self._lock:
            if self._busy(self.flow(id)):
                raise CloudWorksError(409, "Integration flow is already running")
            del self.flows[id]

    def start(self, user: User, id: str, *, trigger: str = "manual") -> Run:
        """Start an integration that does not run."""
        with self._lock:
            held = self.integration(user, id)
            run = self._new_run(user, held, trigger)
        self._runner.begin(partial(self._runner.run, held, run))
        return run

    def run_now(self, user: User, id: str, run_id: str | None = None) -> Run:
        """Run an integration to its end."""
        held = self.integration(user, id)
        run = self._new_run(user, held, "manual", id=run_id)
        self._runner.run(held, run)
        return run

    def _new_run(
        self,
        user: User,
        held: Integration,
        trigger: str,
        *,
        flow_id: str | None = None,
        id: str | None = None,
    ) -> Run:
        with self._lock:
            if held.running:
                raise CloudWorksError(409, "Integration is already running")
            run = Run(held.id, user, trigger, self._clock(), flow_id, id or new_id())
            held.runs.append(run)
            return run

    def start_flow(self, user: User, id: str, steps: Sequence[str] | None) -> Run:
        """Start a flow of which nothing runs; `steps` are those to run, by default all."""
        with self._lock:
            held = self.flow(id)
            known = [step.integration_id for step in held.steps]
            wanted = known if steps is None else list(steps)
            if not set(wanted) <= set(known):
                raise CloudWorksError(400, "Invalid value for stepsToRun")
            if self._busy(held):
                raise CloudWorksError(409, "Integration flow is already running")
            run = Run(held.id, user, "manual", self._clock())
            held.runs.append(run)

        def start(step: Step) -> Run | None:
            integration = self.integrations[step.integration_id]
            try:
                one = self._new_run(user, integration, "manual_inf", flow_id=held.id)
            except CloudWorksError:
                return None
            self._runner.run(integration, one)
            return one

        self._runner.begin(partial(self._runner.run_flow, held, run, wanted, start))
        return run

    def _busy(self, flow: Flow) -> bool:
        steps = [self.integrations[step.integration_id] for step in flow.steps]
        return flow.running is not None or any(step.running for step in steps)

    def cancel(self, user: User, id: str) -> None:
        """Cancel what runs of an integration.

        For processes the service was seen to answer 404 while the run is queued, and 409 while it
        runs.
        """
        held = self.integration(user, id)
        run = held.running
        if run is not None and run.message == QUEUED:
            raise CloudWorksError(404, "Resource not found")
        if run is None or held.type == "Process":
            raise CloudWorksError(409, f"Integration {id} is not in running state")
        for task in list(run.tasks.values()):
            task.request_cancel()

    def connection(self, id: str) -> Connection:
        """Return a connection; 404 if there is none."""
        return _found(self.connections, id)

    def integration(self, user: User, id: str) -> Integration:
        """Return an integration of a model that the user may use; else 404."""
        held = _found(self.integrations, id)
        if not user.may_use(held.model_id):
            raise CloudWorksError(404, "Resource not found")
        return held

    def notification(self, id: str) -> Notification:
        """Return a notification; 404 if there is none."""
        return _found(self.notifications, id)

    def flow(self, id: str) -> Flow:
        """Return a flow; 404 if there is none."""
        return _found(self.flows, id)

    def run(self, user: User, id: str) -> Run:
        """Return a run of an integration that the user may see; else 404."""
        for integration in list(self.integrations.values()):
            for run in integration.runs:
                if run.id == id and user.may_use(integration.model_id):
                    return run
        raise CloudWorksError(404, "Resource not found")

    def stop(self) -> None:
        """Cancel the runs, and wait for their end."""
        self._runner.stop()


def _found(held: Mapping[str, _Held], id: str) -> _Held:
    if id not in held:
        raise CloudWorksError(404, "Resource not found")
    return held[id]
