"""Errors as a client of tools reads them: one or two sentences that name tools and arguments."""

from __future__ import annotations

import logging
import re

from pydantic import ValidationError

from anaplan_frames.errors import AnaplanError
from anaplan_frames.integrations.mcp_server.tool_base import AnaplanTool

_LONGEST = 2000
_log = logging.getLogger("anaplan_frames")

# Calls of Python that messages of the library name, and which tool does it here.
_CALLS = (
    (
        r"The error's \.task\.result\(\) waits for its end, \.task\.cancel\(\) cancels it\. "
        r"In another process it is found by conn\.task\('([^']*)'\)\.",
        r"show_task with task='\1' shows how it ends.",
    ),
    (r"; the error's \.plan shows the changes\.", "; plan_write shows the changes."),
    (r"\bto_anaplan\(data, ('[^']*'), model\)", r"plan_write with target=\1"),
    (r"\bread_anaplan\(('[^']*'), model\)", r"read_table with source=\1"),
    (
        r"\bmodel\.(?:processes|actions)\[('[^']*')\]\.run\(\)",
        r"run_action with action=\1",
    ),
    (r"\bconn\.model\(('[^']*')\)", r"model=\1"),
    (r"See \.tasks\(\) for those that are listed", "list_tasks lists those that there are"),
    (r"of timeout= were over", "that a tool may take were over"),
    (r"give it more time\.", "start the server with a longer --timeout, or ask for less."),
    (r"\bwith dry_run=True\b", "with plan_write"),
    (r", for instance with df\.drop_duplicates\([^)]*\)", ""),
    (r"\bPass auth=.*? or another, or set\b", "Set"),
    (r"\band an export must have been run\.", "and an export must have been run: run_export."),
)
_PATTERNS = [(re.compile(pattern), words) for pattern, words in _CALLS]


def error_text(tool: type[AnaplanTool], error: Exception) -> str:
    """Return what a client is shown of an error; a bug is logged, and its details are not shown."""
    if isinstance(error, ValidationError):
        text = _wrong_arguments(tool, error)
    elif isinstance(error, OSError) and not isinstance(error, AnaplanError):
        text = error.strerror or "The operating system has refused something."
    elif isinstance(error, AnaplanError | TypeError | ValueError):
        text = str(error)
    else:
        _log.error("This is a bug in anaplan-frames. Please report it:", exc_info=error)
        text = (
            f"This is a bug in anaplan-frames ({type(error).__name__} in {tool.name}). The log of "
            "the server has the details."
        )
    for pattern, words in _PATTERNS:
        text = pattern.sub(words, text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... (shortened)"


def _wrong_arguments(tool: type[AnaplanTool], error: ValidationError) -> str:
    """Say which arguments are wrong, without the values, which may be long."""
    faults = []
    for each in error.errors(include_url=False, include_input=False, include_context=False)[:5]:
        name = ".".join(str(part) for part in each["loc"])
        if each["type"] == "extra_forbidden":
            faults.append(f"{name} is not one of its arguments")
        elif each["type"] == "missing":
            faults.append(f"{name} is missing")
        else:
            faults.append(f"{name}: {each['msg']}")
    names = ", ".join(tool.model_fields)
    return f"Wrong arguments of {tool.name}: {'; '.join(faults)}. It takes: {names}."
