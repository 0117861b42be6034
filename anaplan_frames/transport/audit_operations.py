"""The answer contract of the Audit API."""

from __future__ import annotations

from anaplan_frames.transport.answer_contract import Operation
from anaplan_frames.transport.denials import FORBIDDEN, Denial

_ROLE = "Tenant Auditor"
# The service answers 401, also to a token that has ended; only this word says which it is.
_DENIALS = (Denial(401, "FAILURE_UNAUTHORIZED_USER_ACTION"), FORBIDDEN)

AUDIT = (
    # Its events are read as text; what stands around them is looked at page by page.
    Operation(
        "GET",
        "/events",
        needs={"response": list},
        service="audit",
        role=_ROLE,
        denials=_DENIALS,
    ),
)
