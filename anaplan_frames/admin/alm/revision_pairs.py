"""Which revision of a source model is compared with, or synced into, a target model."""

from __future__ import annotations

from dataclasses import dataclass

from anaplan_frames.admin.alm.alm_requests import AlmRequests, Record
from anaplan_frames.admin.alm.other_models import ModelAddress
from anaplan_frames.admin.alm.revision_frames import described, find_revision
from anaplan_frames.errors import NotFound, RequestRefused


@dataclass(frozen=True, slots=True)
class RevisionPair:
    """A revision of a source model, and the last one of a target model.

    Attributes
    ----------
    source : ModelAddress
    revision : mapping
        Anaplan's record of the revision of the source.
    target_revision : mapping
        The target's last one.
    """

    source: ModelAddress
    revision: Record
    target_revision: Record

    @property
    def body(self) -> dict[str, str]:
        """What is posted to start a task about both."""
        return {
            "sourceRevisionId": self.revision_id,
            "sourceModelId": self.source.id,
            "targetRevisionId": str(self.target_revision["id"]),
        }

    @property
    def revision_id(self) -> str:
        """The id of the source's revision."""
        return str(self.revision["id"])

    @property
    def is_applied(self) -> bool:
        """Whether the target's last revision is the one of the source."""
        return self.revision_id == str(self.target_revision["id"])

    def __str__(self) -> str:
        return f"{described(self.revision)} of {self.source.label}"


def pair_to_compare(
    target: AlmRequests, source: ModelAddress, revision: str | None
) -> RevisionPair:
    """Return what is compared: a revision of the source, by default its last one.

    Raises
    ------
    NotFound
        If there is no such revision, or one of the models has none.
    AmbiguousName
        If several have the name.
    """
    of_source = AlmRequests(source.catalogue(target.catalogue))
    last = last_revision(target)
    if revision is None:
        return RevisionPair(source, last_revision(of_source), last)
    chosen = find_revision(of_source.revisions(), revision, f"of {source.label}")
    return RevisionPair(source, chosen, last)


def pair_to_sync(target: AlmRequests, source: ModelAddress, revision: str | None) -> RevisionPair:
    """Return what is synced: a revision that Anaplan lists as syncable, by default the newest.

    Raises
    ------
    NotFound
        If there is no such revision, or the target has none.
    RequestRefused
        If no revision can be synced, though the target does not have the source's last one.
    AmbiguousName
        If several have the name.
    """
    last = last_revision(target)
    found = target.syncable(source.id)
    if not found:
        return _applied_pair(target, source, revision, last)
    if revision is None:
        newest = max(found, key=lambda record: str(record.get("createdOn") or ""))
        return RevisionPair(source, newest, last)
    owner = f"of {source.label} that can be synced into {target.label}"
    try:
        return RevisionPair(source, find_revision(found, revision, owner), last)
    except NotFound:
        if _is(last, revision):
            return RevisionPair(source, last, last)
        raise


def _applied_pair(
    target: AlmRequests, source: ModelAddress, revision: str | None, last: Record
) -> RevisionPair:
    """Return the pair of a revision that the target has as its last one already.

    Raises
    ------
    RequestRefused
        If it does not.
    """
    newest = AlmRequests(source.catalogue(target.catalogue)).latest()
    wanted = None if newest is None else str(newest["id"])
    if _is(last, wanted if revision is None else revision):
        return RevisionPair(source, last, last)
    raise RequestRefused(
        f"No revision of {source.label} can be synced into {target.label}, whose last one is "
        f"{described(last)}. Both must come from one model, the source must have that revision, "
        "and the structure of the target must not have changed since."
    )


def _is(record: Record, key: str | None) -> bool:
    return key in (str(record["id"]), record.get("name"))


def last_revision(requests: AlmRequests) -> Record:
    """Return the last revision of a model.

    Raises
    ------
    NotFound
        If it has none.
    """
    found = requests.latest()
    if found is None:
        raise NotFound(
            f"There are no revisions of {requests.label}. Create one with "
            "model.alm.create_revision(name); a model is ready for syncs if it was copied from "
            "one with a revision."
        )
    return found
