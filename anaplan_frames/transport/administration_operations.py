"""The answer contract of the administration and exception-user APIs."""

from __future__ import annotations

from anaplan_frames.transport.answer_contract import Operation

ADMINISTRATION: tuple[Operation, ...] = ()
