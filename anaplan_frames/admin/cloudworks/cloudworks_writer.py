"""Making, changing and deleting connections, integrations, schedules, notifications and flows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from anaplan_frames.admin.cloudworks.cloudworks_calls import CloudWorksCalls, Record
from anaplan_frames.admin.cloudworks.cloudworks_names import (
    Runnable,
    connection_name,
    find_connection,
    find_flow,
    find_integration,
)
from anaplan_frames.admin.cloudworks.connection_bodies import (
    ConnectionBody,
    GivenConnection,
)
from anaplan_frames.admin.cloudworks.integration_bodies import (
    flow_body,
    integration_body,
    notification_body,
    schedule_body,
    shown_flow,
    shown_integration,
    shown_notification,
)
from anaplan_frames.errors import AnaplanError, NotFound, TaskUncertain
from anaplan_frames.transport import AnswerLost
from anaplan_frames.transport.cloudworks_operations import SERVICE
from anaplan_frames.transport.failures import without_traceback

Kind = Literal["connection", "integration", "schedule", "notification", "flow"]
Settings = dict[str, Any]
_USER_ID = re.compile("[0-9a-f]{32}")
_CONNECTIONS, _NOTIFICATIONS = "/integrations/connections", "/integrations/notification"
_STATUSES = {True: "enabled", False: "disabled"}


def check_kind(kind: str) -> None:
    """Refuse what CloudWorks does not have, before anything is sent."""
    if kind not in get_args(Kind):
        raise ValueError(f"kind must be one of {', '.join(get_args(Kind))}, not {kind!r}")


@dataclass(frozen=True, slots=True)
class CloudWorksWriter:
    """Makes, changes and deletes what CloudWorks has.

    What is made is asked for once. If the answer is lost, the writer looks for one new thing of
    that name.
    """

    calls: CloudWorksCalls

    def insert(self, kind: Kind, settings: Settings) -> str:
        """Make a thing, and return its id; empties the settings."""
        if kind == "connection":
            return self._insert_connection(GivenConnection(settings).body())
        if kind == "integration":
            body = integration_body(settings, {}, self._connection)
            return self._made(
                "/integrations",
                body,
                ("integration", "integrationId"),
                f"integration {body['name']!r}",
                lambda: _named(self.calls.integrations(), "integrationId", body["name"]),
            )
        if kind == "flow":
            body = flow_body(settings, {}, self._integration_id)
            return self._made(
                "/integrationflows",
                body,
                ("integrationFlow", "integrationFlowId"),
                f"flow {body['name']!r}",
                lambda: _named(self.calls.flows(), "id", body["name"]),
            )
        integration = find_integration(self.calls, _taken(settings, kind, "integration"))
        if kind == "schedule":
            return self._insert_schedule(integration, settings)
        return self._insert_notification(integration, settings)

    def update(self, kind: Kind, name: str, settings: Settings) -> None:
        """Change a thing; settings that are not given stay as they are."""
        if kind == "connection":
            self._update_connection(name, GivenConnection(settings))
        elif kind == "integration":
            found = find_integration(self.calls, name)
            before = shown_integration(self.calls.integration(found.id))
            body = integration_body(settings, before, self._connection)
            self._put(f"/integrations/{found.id}", body, found.label)
        elif kind == "flow":
            found = find_flow(self.calls, name)
            before = shown_flow(self.calls.flow(found.id))
            body = flow_body(settings, before, self._integration_id)
            self._put(f"/integrationflows/{found.id}", body, found.label)
        elif kind == "schedule":
            self._update_schedule(find_integration(self.calls, name), settings)
        else:
            found = find_integration(self.calls, name)
            id_ = self._notification_id(found)
            before = shown_notification(self.calls.notification(id_))
            body = notification_body(settings, before, self._user_ids)
            whole = {"integrationIds": [found.id], **body}
            self._put(f"{_NOTIFICATIONS}/{id_}", whole, f"the notification of {found.label}")

    def delete(self, kind: Kind, name: str) -> None:
        """Delete a thing."""
        if kind == "connection":
            record = find_connection(self.calls, name)
            path, label = f"{_CONNECTIONS}/{record['connectionId']}", f"connection {name!r}"
        elif kind == "flow":
            found = find_flow(self.calls, name)
            path, label = f"/integrationflows/{found.id}", found.label
        else:
            found = find_integration(self.calls, name)
            path, label = f"/integrations/{found.id}", found.label
            if kind == "schedule":
                path, label = f"{path}/schedule", f"the schedule of {label}"
            elif kind == "notification":
                path = f"{_NOTIFICATIONS}/{self._notification_id(found)}"
                label = f"the notification of {label}"
        self.calls.transport.request("DELETE", path, label=label, service=SERVICE)

    def _insert_connection(self, body: ConnectionBody) -> str:
        label = f"connection {body.name!r}"

        def known() -> set[str]:
            return {
                str(record["connectionId"])
                for record in self.calls.connections()
                if connection_name(record) == body.name
            }

        before = known()
        try:
            answer = self._send_hidden("POST", _CONNECTIONS, body, label)
        except AnswerLost as lost:
            return _found_after_loss(label, before, known, "connections", lost)
        inner = answer.get("connections")
        found = inner.get("connectionId") if isinstance(inner, Mapping) else None
        return str(answer.get("connectionId") or found)

    def _update_connection(self, name: str, given: GivenConnection) -> None:
        record = find_connection(self.calls, name)
        body = given.body(record)
        path = f"{_CONNECTIONS}/{record['connectionId']}"
        self._send_hidden("PUT", path, body, f"connection {name!r}", repeatable=True)

    def _send_hidden(
        self, method: str, path: str, body: ConnectionBody, label: str, *, repeatable: bool = False
    ) -> Record:
        """Send what holds secrets; no error shows them, nor does its traceback."""
        try:
            return self.calls.transport.write_json(
                method,
                path,
                body.text.reveal(),
                label=label,
                repeatable=repeatable,
                service=SERVICE,
            )
        except BaseException as error:
            if isinstance(error, AnaplanError) and error.args:
                error.args = (body.masked(str(error.args[0])), *error.args[1:])
            if hasattr(error, "reason"):
                error.reason = body.masked(str(error.reason))
            raise without_traceback(error)  # noqa: B904  its own frames hold the body

    def _insert_schedule(self, integration: Runnable, settings: Settings) -> str:
        active = settings.pop("active", True)
        settings.setdefault("name", f"{integration.name} schedule")
        body = schedule_body(settings, {})
        path, label = f"/integrations/{integration.id}", f"the schedule of {integration.label}"

        def known() -> set[str]:
            return {integration.id} if self._schedule(integration) else set()

        self._made(
            f"{path}/schedule",
            {"integrationId": integration.id, "schedule": body},
            (),
            label,
            known,
        )
        if not active:
            self._set_active(integration, active=False)
        return integration.id

    def _update_schedule(self, integration: Runnable, settings: Settings) -> None:
        active = settings.pop("active", None)
        if active is not None and not isinstance(active, bool):
            raise TypeError(f"active must be True or False, not {active!r}")
        if settings:
            before = {k: v for k, v in self._schedule(integration).items() if k != "status"}
            body = schedule_body(settings, before)
            path = f"/integrations/{integration.id}/schedule"
            whole = {"integrationId": integration.id, "schedule": body}
            self._put(path, whole, f"the schedule of {integration.label}")
        if active is not None:
            self._set_active(integration, active=active)

    def _set_active(self, integration: Runnable, *, active: bool) -> None:
        path = f"/integrations/{integration.id}/schedule/status/{_STATUSES[active]}"
        label = f"the schedule of {integration.label}"
        self.calls.transport.post(path, label=label, service=SERVICE)

    def _schedule(self, integration: Runnable) -> Record:
        return dict(self.calls.integration(integration.id).get("schedule") or {})

    def _insert_notification(self, integration: Runnable, settings: Settings) -> str:
        body = notification_body(settings, {}, self._user_ids)

        def known() -> set[str]:
            found = self.calls.integration(integration.id).get("notificationId")
            return {str(found)} if found else set()

        return self._made(
            _NOTIFICATIONS,
            {"integrationIds": [integration.id], **body},
            ("notification", "notificationId"),
            f"the notification of {integration.label}",
            known,
        )

    def _made(
        self,
        path: str,
        body: Record,
        id_at: Sequence[str],
        label: str,
        known: Callable[[], set[str]],
    ) -> str:
        """Make a thing, once.

        Parameters
        ----------
        id_at : sequence of str
            The keys under which the answer has the id; it may also be at the top.
        known : callable
            Returns the ids of the things that may be meant: before, and after a lost answer.
        """
        before = known()
        try:
            answer = self.calls.transport.post(
                path, label=label, json=body, repeatable=False, service=SERVICE
            )
        except AnswerLost as lost:
            return _found_after_loss(label, before, known, "things of that name", lost)
        inner = answer.get(id_at[0]) if id_at else None
        found = inner.get(id_at[1]) if isinstance(inner, Mapping) else None
        return str(found or (answer.get(id_at[1]) if id_at else "") or "")

    def _put(self, path: str, body: Record, label: str) -> None:
        self.calls.transport.put(path, label=label, json=body, service=SERVICE)

    def _connection(self, key: str) -> Record:
        return dict(find_connection(self.calls, key))

    def _integration_id(self, key: str) -> str:
        return find_integration(self.calls, key).id

    def _notification_id(self, integration: Runnable) -> str:
        found = self.calls.integration(integration.id).get("notificationId")
        if not found:
            raise NotFound(
                f"{integration.label} has no notification. Make one: "
                "conn.cloudworks.insert('notification', integration=...)."
            )
        return str(found)

    def _user_ids(self, users: Sequence[str]) -> list[str]:
        """Return the ids of users; emails are looked up."""
        if all(_USER_ID.fullmatch(str(user)) for user in users):
            return list(users)
        listed = self.calls.transport.pages("/users", "users", label="the users")
        by_email = {str(user.get("email")).casefold(): str(user["id"]) for user in listed}
        ids = {**{id_: id_ for id_ in by_email.values()}, **by_email}
        unknown = [user for user in users if str(user).casefold() not in ids]
        if unknown:
            raise NotFound(f"There is no user {unknown[0]!r}. Give an email or an id.")
        return [ids[str(user).casefold()] for user in users]


def _taken(settings: Settings, kind: str, name: str) -> str:
    found = settings.pop(name, None)
    if not isinstance(found, str):
        raise TypeError(f"a CloudWorks {kind} needs {name}=, a name or id")
    return found


def _named(records: Any, id_key: str, name: str) -> set[str]:
    return {str(record[id_key]) for record in records if record.get("name") == name}


def _found_after_loss(
    label: str, before: set[str], known: Callable[[], set[str]], listing: str, lost: AnswerLost
) -> str:
    """Return the id of the one thing that is new.

    Raises
    ------
    TaskUncertain
        If none or several are new.
    """
    try:
        new = known() - before
    except AnaplanError as error:
        raise TaskUncertain(
            f"The answer to making {label} was lost, and whether it is there is not known, as it "
            f"cannot be looked for ({error}). Look before you make it again."
        ) from lost
    if len(new) == 1:
        return new.pop()
    found = "several are new" if new else "there is nothing new"
    raise TaskUncertain(
        f"The answer to making {label} was lost, and of the {listing} {found}. It may still be on "
        "its way: look at CloudWorks before you make it again."
    ) from lost
