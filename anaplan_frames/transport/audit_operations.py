"""The answer contract of the Audit API."""

from __future__ import annotations

from anaplan_frames.transport.answer_contract import Operation

AUDIT: tuple[Operation, ...] = ()
