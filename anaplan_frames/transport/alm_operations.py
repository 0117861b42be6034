"""The answer contract of ALM, a part of the Integration API."""

from __future__ import annotations

from anaplan_frames.transport.answer_contract import Operation
from anaplan_frames.transport.denials import FORBIDDEN, Denial

_ROLE = "Workspace Administrator"
_MODEL = "/models/{m}"
_ALM = f"{_MODEL}/alm"
_CREATED = frozenset({201})
_REPORTS = ("comparisonReport", "summaryReport")
# Reports say with 424, without a text, that the user does not administer both workspaces. With a
# text, 424 is of a model that is offline.
_DENIALS = (FORBIDDEN, Denial(424, is_empty=True))


def _listing(path: str, key: str, *records_need: str) -> Operation:
    """Return a listing, which leaves out its key if it is empty."""
    return Operation(
        "GET",
        f"{_ALM}/{path}",
        one_of={key: list, "meta": dict, "status": dict},
        records={key: records_need},
        role=_ROLE,
    )


def _started(path: str, denials: tuple[Denial, ...] = (FORBIDDEN,)) -> Operation:
    return Operation(
        "POST",
        f"{_ALM}/{path}",
        statuses=_CREATED,
        needs={"task.taskId": str},
        role=_ROLE,
        denials=denials,
    )


def _task(path: str, denials: tuple[Denial, ...] = (FORBIDDEN,)) -> Operation:
    return Operation(
        "GET",
        f"{_ALM}/{path}/{{task}}",
        needs={"task.taskState": str},
        role=_ROLE,
        denials=denials,
    )


ALM: tuple[Operation, ...] = (
    Operation("PUT", f"{_MODEL}/onlineStatus", "nothing", statuses=frozenset({204}), role=_ROLE),
    _listing("revisions", "revisions", "id"),
    _listing("latestRevision", "revisions", "id"),
    _listing("syncableRevisions", "revisions", "id"),
    _listing("revisions/{revision}/appliedToModels", "appliedToModels"),
    # The file has a list, and the documentation one revision.
    Operation(
        "POST",
        f"{_ALM}/revisions",
        statuses=_CREATED,
        one_of={"revision.id": str, "revisions": list},
        records={"revisions": ("id",)},
        role=_ROLE,
    ),
    _listing("syncTasks", "tasks", "taskId"),
    _started("syncTasks"),
    _task("syncTasks"),
    *(_started(f"{report}Tasks", _DENIALS) for report in _REPORTS),
    *(_task(f"{report}Tasks", _DENIALS) for report in _REPORTS),
    Operation(
        "GET",
        f"{_ALM}/comparisonReports/{{target}}/{{source}}",
        "file",
        may_be_empty=True,  # if nothing differs
        role=_ROLE,
        denials=_DENIALS,
    ),
    Operation(
        "GET",
        f"{_ALM}/summaryReports/{{target}}/{{source}}",
        needs={"summaryReport.totals": dict},
        role=_ROLE,
        denials=_DENIALS,
    ),
)
