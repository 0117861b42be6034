"""The answer contract of SCIM."""

from __future__ import annotations

from anaplan_frames.transport.answer_contract import Operation

SCIM: tuple[Operation, ...] = ()
