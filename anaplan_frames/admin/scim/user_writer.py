"""Sends the changes of users, one request for each, several at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from anaplan_frames.admin.scim.user_planner import UserChange, shortfall
from anaplan_frames.admin.scim.user_reader import PATH, users_named
from anaplan_frames.admin.scim.user_records import UserRecord
from anaplan_frames.admin.scim.user_rows import folded
from anaplan_frames.errors import AnaplanError, NotFound, TransferError, TransferTimeout
from anaplan_frames.polling import poll
from anaplan_frames.progress import Progress
from anaplan_frames.transport import AnswerLost, Transport
from anaplan_frames.transport.answer_bodies import Answered
from anaplan_frames.writes.arrow_arrays import Positions
from anaplan_frames.writes.batch_outcome import BatchOutcome, Reconciled
from anaplan_frames.writes.batches import Batches, Look

_MEDIA = {"Content-Type": "application/scim+json"}
_LOOKS = (1.0, 3.0)  # seconds between looks for a user whose making was not answered
_PARTLY = 207
_TAKEN = 409


class UserWriter:
    """Sends changes, and looks whether those took effect whose answer was lost.

    A user that exists cannot be made a second time, but the request is still not sent twice: if its
    answer is lost, the user is looked for by name.

    Parameters
    ----------
    transport : Transport
    changes : sequence of UserChange
    names : mapping of str to str
        The names of workspaces by id.
    progress : Progress
        Advanced by each change.
    """

    def __init__(
        self,
        transport: Transport,
        changes: Sequence[UserChange],
        names: Mapping[str, str],
        progress: Progress,
    ) -> None:
        self._transport = transport
        self._changes = changes
        self._names = names
        self._progress = progress
        self._lost: set[int] = set()  # positions of the changes whose answer was lost

    def send(self) -> BatchOutcome:
        """Send all; an error ends it, and what was not sent is in the outcome."""
        batches = Batches(
            self._send, self._reconcile, most=1, label="users", progress=self._progress
        )
        return batches.run(len(self._changes))

    def _send(self, positions: Positions, look: Look) -> Mapping[str, Any]:
        """Send one change; a refusal is the outcome of its row."""
        position = int(positions[0])
        change = self._changes[position]
        try:
            answer = self._answer(change, look)
        except AnswerLost:
            self._lost.add(position)
            raise
        if answer.refusal:
            return _failed(_refusal(answer.status, answer.refusal, change))
        missing = self._missing(change, answer.status, answer.content)
        if missing:
            begun = "the user was made" if change.is_new else "the user was changed"
            return _failed(f"{begun}, but without this: {missing}")
        return {_counted(change): 1}

    def _answer(self, change: UserChange, look: Look) -> Answered:
        try:
            return self._transport.attempt(
                "POST" if change.is_new else "PATCH",
                PATH if change.is_new else f"{PATH}/{change.user_id}",
                label=f"user {change.user_name!r}",
                json=change.body(),
                headers=_MEDIA,
                repeatable=not change.is_new,
                look=look,
                service="scim",
            )
        except (AnswerLost, TransferTimeout):
            raise
        except TransferError as error:  # a change can be sent again, and all tries have failed
            raise AnswerLost(f"{error} Whether Anaplan has acted on it is not known.") from error

    def _missing(self, change: UserChange, status: int, content: Mapping[str, Any]) -> str:
        """Say what Anaplan did not do, though it answered with success; it says so with 207."""
        if status != _PARTLY and _shows(content, change):
            if not shortfall(change, UserRecord.read(content), self._names):
                return ""
        elif status != _PARTLY:
            return ""  # the answer does not show what was asked for
        id_ = change.user_id or str(content.get("id") or "")
        found = self._find(id_, change.user_name)
        if found is None:
            raise TransferError(
                f"user {change.user_name!r}: Anaplan has done only a part of it. Look at the user "
                "with conn.scim.users() before you try again."
            )
        return shortfall(change, found, self._names)

    def _find(self, id_: str, user_name: str) -> UserRecord | None:
        """Return a user as Anaplan has it now, by the id if that is known."""
        if not id_:
            users = map(UserRecord.read, users_named(self._transport, [], [user_name]))
            return next((u for u in users if folded(u.user_name) == folded(user_name)), None)
        label = f"user {user_name!r}"
        try:
            record = self._transport.get(f"{PATH}/{id_}", label=label, service="scim")
        except NotFound:
            return None
        return UserRecord.read(record)

    def _reconcile(self, positions: Positions) -> Reconciled:
        """Look whether a change was done after all: its answer was lost, or an earlier refusal.

        A change whose answer was lost is not asked for again. One that was refused at last counts
        as refused if it was not done before.
        """
        position = int(positions[0])
        change = self._changes[position]
        was_lost = position in self._lost
        look = partial(self._find, change.user_id, change.user_name)
        found = poll(look, self._transport.clock, pauses=_LOOKS) if was_lost else look()
        missing = "" if found is None else shortfall(change, found, self._names)
        if found is not None and not missing:
            return Reconciled(Counter({_counted(change): 1}), np.empty(0, dtype=np.int64))
        if not was_lost:
            return Reconciled(Counter(), positions)
        if found is None:
            raise AnaplanError(f"there is no user {change.user_name!r} so far")
        raise AnaplanError(f"the user {change.user_name!r} is without this: {missing}")


def _counted(change: UserChange) -> str:
    return "added" if change.is_new else "updated"


def _shows(content: Mapping[str, Any], change: UserChange) -> bool:
    """Whether an answer shows all that was asked for, so that it can be compared."""
    keys = {"active": "active", "external_id": "externalId", "workspaces": "entitlements"}
    return bool(content.get("id") and content.get("userName")) and all(
        keys.get(name, "name") in content for name in change.wanted
    )


def _refusal(status: int, says: str, change: UserChange) -> str:
    if status == _TAKEN:
        return f"there is a user {change.user_name!r} already. Anaplan says: {says!r}"
    return says


def _failed(text: str) -> dict[str, Any]:
    return {"failures": [{"requestIndex": 0, "failureMessageDetails": text}]}
