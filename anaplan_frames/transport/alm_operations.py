"""The answer contract of ALM, a part of the Integration API."""

from __future__ import annotations

from anaplan_frames.transport.answer_contract import Operation

ALM: tuple[Operation, ...] = ()
