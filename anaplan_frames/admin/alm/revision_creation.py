"""A revision is created once: if the answer is lost, it is looked for, and not asked for again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anaplan_frames.admin.alm.alm_requests import AlmRequests, Record
from anaplan_frames.errors import AnaplanError, TaskUncertain
from anaplan_frames.polling import poll
from anaplan_frames.transport import AnswerLost

LONGEST_NAME, LONGEST_DESCRIPTION = 60, 250
_PAUSES = (1.0, 2.0, 4.0)  # seconds between looks for a revision whose answer was lost
_LOOKED_BACK = dt.timedelta(days=2)  # more than clocks differ


def check_texts(name: object, description: object) -> None:
    """Refuse what cannot be a revision's name and description, before anything is sent.

    Raises
    ------
    TypeError, ValueError
    """
    for label, text, longest in (
        ("name", name, LONGEST_NAME),
        ("description", description, LONGEST_DESCRIPTION),
    ):
        if not isinstance(text, str):
            raise TypeError(f"{label} must be a text, not {text!r}.")
        if len(text) > longest:
            raise ValueError(
                f"The {label} of a revision has at most {longest} characters, not {len(text)}."
            )
    if not str(name).strip():
        raise ValueError("A revision needs a name.")


def create_revision(requests: AlmRequests, name: str, description: str) -> Record:
    """Create a revision, and return Anaplan's record of it; see `Alm.create_revision`."""
    before = {str(record["id"]) for record in _recent(requests)}
    body = {"name": name, **({"description": description} if description else {})}
    lost: AnaplanError | None = None
    try:
        answer = requests.transport.post(
            f"{requests.path}/revisions",
            label=f"revision {name!r} of {requests.label}",
            json=body,
            repeatable=False,
        )
        # The file has a list, and the documentation one revision.
        found: Any = answer.get("revision") or next(iter(answer.get("revisions") or ()), None)
        if found:
            return dict(found)
    except AnswerLost as error:
        lost = error
    return _found_after_loss(requests, name, before, lost)


def _found_after_loss(
    requests: AlmRequests, name: str, before: set[str], lost: AnaplanError | None
) -> Record:
    """Return the one revision of this name that is new.

    Raises
    ------
    TaskUncertain
        If none is, several are, or they cannot be listed.
    """

    def look() -> list[Record] | None:
        new = [record for record in _recent(requests) if str(record["id"]) not in before]
        return [record for record in new if record.get("name") == name] or None

    try:
        new = poll(look, requests.transport.clock, pauses=_PAUSES) or []
        known = f"{len(new)} new revisions have this name" if new else "it is not listed"
    except AnaplanError as error:
        new, known = [], f"the revisions cannot be listed ({error})"
    if len(new) == 1:
        return new[0]
    raise TaskUncertain(
        f"The answer to the creation of revision {name!r} of {requests.label} was lost, and "
        f"{known}. It may have been created: look at model.alm.revisions() before you create it "
        "again."
    ) from lost


def _recent(requests: AlmRequests) -> list[Record]:
    now = dt.datetime.fromtimestamp(requests.transport.clock.time(), dt.UTC)
    return requests.revisions((now - _LOOKED_BACK).date().isoformat())
