"""Corrections of the Audit API's file: examples, with the keys that every event has."""

from __future__ import annotations

from typing import Any

from tests.contract.overlay.correction import AUDIT, Correction, answer_at

_EVENT = {
    "id": 123456789012345678,
    "eventTypeId": "USR-8",
    "userId": "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4",
    "tenantId": "b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5",
    "additionalAttributes": None,
    "message": "User login success",
    "success": True,
    "ipAddress": "203.0.113.7",
    "userAgent": "Mozilla/5.0",
    "hostName": "us1a.app.anaplan.com",
    "eventDate": 1780000000000,
    "eventTimeZone": "UTC",
    "createdDate": 1780000000500,
    "createdTimeZone": "UTC",
    "checksum": "1118902891",
}
_ANSWER: dict[str, Any] = {
    "meta": {"paging": {"currentPageSize": 1, "totalSize": 1, "offSet": 0}},
    "response": [_EVENT],
}

AUDIT_EXAMPLES = tuple(
    Correction(
        AUDIT,
        (*answer_at(method, path), "example"),
        _ANSWER,
        "the file has no example; these keys were in every event of live tests",
    )
    for method, path in (("get", "/events"), ("post", "/events/search"))
)
