"""The answer contract of CloudWorks.

The statuses and keys are those of the OpenAPI file. Two answers are known in another form, too: a
connection's and a notification's new id. The role that is missing is said with 403, and with 452
for schedules and dumps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anaplan_frames.transport.answer_contract import ContentKind, Operation
from anaplan_frames.transport.denials import FORBIDDEN, Denial

SERVICE = "cloudworks"
ROLE = "Restricted Integration User"
_NOT_ENTITLED = Denial(452)
_CONNECTIONS = "/integrations/connections"
_ONE = "/integrations/{integration}"
_NOTIFICATION = "/integrations/notification"
_RUN = "/integrations/run/{run}"
_FLOW = "/integrationflows/{flow}"
# What a conflict means, as CloudWorks does not always say which it is.
_CONNECTION_USED = "an integration uses it. Change or delete that first."
_INTEGRATION_USED = "it is running, or a flow uses it. Wait for its end, or change the flow first."
_RUNS = "it is running already. Wait for its end; conn.cloudworks.runs(name) shows it."
_STEPS_RUN = "it is running, or one of its steps is. Wait for their end."
_NOT_RUNNING = (
    "CloudWorks does not cancel it: it does not run, or it runs a process. Wait for its end."
)
_TOO_MANY = "the tenant has as many integrations as it may have. Delete one first."


def _operation(
    method: str,
    path: str,
    *,
    content: ContentKind = "json",
    entitled: bool = False,
    conflict: str = "",
    **needs: Any,
) -> Operation:
    """Return an operation.

    Parameters
    ----------
    entitled : bool
        Whether a missing role may be said with 452.
    conflict : str
        What the status 409 means.
    """
    refusals: Mapping[int, str] = {409: conflict} if conflict else {}
    return Operation(
        method,
        path,
        content,
        service=SERVICE,
        role=ROLE,
        denials=(FORBIDDEN, _NOT_ENTITLED) if entitled else (FORBIDDEN,),
        refusals=refusals,
        **needs,
    )


def _done(method: str, path: str, *, entitled: bool = False, conflict: str = "") -> Operation:
    """Return an operation whose answer says only that it was done."""
    needs = {"status": dict}
    return _operation(method, path, entitled=entitled, conflict=conflict, needs=needs)


def _listing(path: str, key: str, id_key: str) -> Operation:
    one_of = {key: list, "meta": dict, "status": dict}
    return _operation("GET", path, one_of=one_of, records={key: (id_key,)})


def _dump(path: str) -> Operation:
    # 404 is an answer, too: a run without rejected rows has no dump. The type of the content is
    # documented as JSON, and it is a CSV.
    statuses = frozenset({200, 404})
    return _operation("GET", path, content="any", statuses=statuses, entitled=True)


_OF_CONNECTIONS = (
    _listing(_CONNECTIONS, "connections", "connectionId"),
    _operation(
        "POST",
        _CONNECTIONS,
        one_of={"connectionId": str, "connections.connectionId": str},
    ),
    _done("PUT", f"{_CONNECTIONS}/{{connection}}"),
    _done("DELETE", f"{_CONNECTIONS}/{{connection}}", conflict=_CONNECTION_USED),
)

_OF_INTEGRATIONS = (
    _listing("/integrations", "integrations", "integrationId"),
    _operation(
        "POST", "/integrations", needs={"integration.integrationId": str}, conflict=_TOO_MANY
    ),
    _operation("GET", _ONE, needs={"integration.integrationId": str}),
    _done("PUT", _ONE),
    _done("DELETE", _ONE, conflict=_INTEGRATION_USED),
    *(_done(method, f"{_ONE}/schedule", entitled=True) for method in ("POST", "PUT", "DELETE")),
    _done("POST", f"{_ONE}/schedule/status/{{status}}", entitled=True),
    _operation(
        "POST",
        _NOTIFICATION,
        one_of={"notificationId": str, "notification.notificationId": str},
    ),
    _operation("GET", f"{_NOTIFICATION}/{{notification}}", needs={"notifications": dict}),
    _done("PUT", f"{_NOTIFICATION}/{{notification}}"),
    _done("DELETE", f"{_NOTIFICATION}/{{notification}}"),
)

_OF_RUNS = (
    _operation("POST", f"{_ONE}/run", needs={"run.id": str}, conflict=_RUNS),
    _done("POST", f"{_ONE}/cancel", conflict=_NOT_RUNNING),
    _operation(
        "GET",
        "/integrations/runs/{integration}",
        needs={"history_of_runs": dict},
        records={"history_of_runs.runs": ("id",)},
    ),
    # No errors are an empty object where a list is documented.
    _operation("GET", "/integrations/runerror/{run}", one_of={"status": dict, "meta": dict}),
    _operation("GET", _RUN, needs={"run.id": str}),
    _dump(f"{_RUN}/dumps"),
    _dump(f"{_RUN}/process/import/{{action}}/dumps"),
)

_OF_FLOWS = (
    _listing("/integrationflows", "integrationFlows", "id"),
    _operation("POST", "/integrationflows", needs={"integrationFlow.integrationFlowId": str}),
    _operation("GET", _FLOW, needs={"integrationFlow": dict}),
    _done("PUT", _FLOW),
    _done("DELETE", _FLOW, conflict=_STEPS_RUN),
    _operation("POST", f"{_FLOW}/run", needs={"run.id": str}, conflict=_STEPS_RUN),
)

CLOUDWORKS: tuple[Operation, ...] = (*_OF_CONNECTIONS, *_OF_INTEGRATIONS, *_OF_RUNS, *_OF_FLOWS)
