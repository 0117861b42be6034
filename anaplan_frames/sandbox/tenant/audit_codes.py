"""Codes of audit events: their messages, and to which type a search counts them.

The codes and messages are those of Anaplan's help on audit events; which prefix belongs to which
type is in audit-openapi.json, but for the last three, which follow from the names of the codes.
"""

from __future__ import annotations

from collections.abc import Mapping

MESSAGES: Mapping[str, str] = {
    "USR-1": "User created",
    "USR-4": "User disabled",
    "USR-5": "User updated",
    "USR-8": "User login success",
    "USR-9": "User login failure",
    "USR-10": "User logout success",
    "USR-13": "User access to model, success",
    "USR-20": "User executed action",
    "USR-36": "Data export from action",
    "USR-38": "Delete from list using Selection action has been executed",
    "USR-40": "An executed optimizer action",
    "USR-41": "A process action has been executed",
    "USR-50": "Users updated from an import",
    "USR-51": "List items updated from an import",
    "USR-52": "Module data updated from an import",
    "USR-53": "Versions items updated from an import",
    "USR-54": "Model updated from an import",
    "USR-57": "User granted Exception access.",
    "USR-58": "Revocation of Exception access.",
    "AUTHZ-0": "Authorization failure",
    "AUTHZ-1": "Access granted",
    "AUTHZ-2": "Access denied",
    "INT-01": "Connection creation",
    "INT-02": "Connection deletion",
    "INT-03": "Connection update",
    "INT-04": "Data Integration update",
    "INT-05": "Data Integration creation",
    "INT-06": "Data Integration execution",
    "INT-07": "Data Integration deletion",
    "COMMENT-01": "Comment added",
}
PREFIXES: Mapping[str, str] = {
    "all": "",
    "user_activity": "USR-",
    "access_control": "AUTHZ-",
    "int": "INT-",
    "conn_mgmt": "CONN-",
    "comment": "COMMENT-",
    "byok": "DSM-",
    "plan_iq": "PIQ-",
    "forecaster": "FRCST-",
}


def prefix_of(type_: str) -> str:
    """Return how the codes of a type begin; those of a type that is not known are all codes."""
    return PREFIXES.get(type_, "")
