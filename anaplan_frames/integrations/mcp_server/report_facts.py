"""What tools answer of plans and results: counts, reasons and the first rows."""

from __future__ import annotations

from typing import Any

from anaplan_frames.integrations.mcp_server.tool_answers import frame_records
from anaplan_frames.results import Report, WriteResult

_ROWS = 10
_LEFT_OUT = ("schema", "target_id", "model_id", "workspace_id", "dump", "bytes_sent", "actions")


def report_facts(report: Report) -> dict[str, Any]:
    """Return the counts, the reasons, the first rejected rows and changes; nothing that is empty.

    Parameters
    ----------
    report : Report
        A plan or a result.
    """
    whole = report.to_dict(rows=_ROWS)
    facts = {"summary": report.summary} | {
        name: value
        for name, value in whole.items()
        if name not in _LEFT_OUT and value not in ("", None, [])
    }
    facts |= _others("rejected", len(report.rejected)) | _others("changes", len(report.changes))
    if isinstance(report, WriteResult):
        if len(report.unmatched):
            facts["rejected_as_anaplan_has_them"] = frame_records(report.unmatched.head(_ROWS))
        if report.actions:
            facts["actions"] = [f"{each.target}: {each.summary}" for each in report.actions]
    return facts


def _others(name: str, number: int) -> dict[str, str]:
    if number <= _ROWS:
        return {}
    return {f"other_{name}": f"{number - _ROWS:,} more, which are not shown"}
