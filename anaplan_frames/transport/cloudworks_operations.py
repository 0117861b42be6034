"""The answer contract of CloudWorks."""

from __future__ import annotations

from anaplan_frames.transport.answer_contract import Operation

CLOUDWORKS: tuple[Operation, ...] = ()
