"""Messages of the library in the words of the command line, and wrong options as usage errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import click

from anaplan_frames.errors import AnaplanError, JobError

# What the library's messages say in Python, and how the command line says it.
_REPLACEMENTS = (
    (r"\bpass confirm=True\b", "add --confirm"),
    (r"\bPass confirm=True\b", "Add --confirm"),
    (r"; the error's \.plan shows the changes\.", "; --dry-run shows the changes."),
    (r"\bconfirm=True\b", "--confirm"),
    (r"\bdry_run=True\b", "--dry-run"),
    (r"\bmax_delete=", "--max-delete"),
    (r"\bkind='(\w+)'", r"--kind \1"),
    (r"\bmode='(\w+)'", r"--mode \1"),
    (r"\btimeout=", "--timeout"),
    (r"\bmapping=\{('[^']*'): ('[^']*')\}", r"--mapping \1=\2"),
    (r"\bfixed=\{('[^']*'): ('[^']*')\}", r"--fixed \1=\2"),
    (r"\bcheck=", "--check"),
    (
        r"\b(?:model\.(?:processes|actions)\[|conn\.model\()('[^']*')(?:\]\.run\(\)|\))",
        r"anaplan-frames run \1",
    ),
    (r"\bto_anaplan\(data, ('[^']*'), model\)", r"anaplan-frames write FILE \1"),
    (r"\bread_anaplan\(('[^']*'), model\)", r"anaplan-frames read \1"),
    (
        r"The error's \.task\.result\(\) waits for its end, \.task\.cancel\(\) cancels it\. "
        r"In another process it is found by conn\.task\('([^']*)'\)\.",
        r"Cancel it with: anaplan-frames cancel \1",
    ),
    (r"\bconn\.task\('([^']*)'\)\.cancel\(\) cancels it", r"anaplan-frames cancel \1 cancels it"),
    (r"\b(\w+)= is an option of", r"--\1 is an option of"),
    (r"\bhas no (\w+)=, which", r"has no --\1, which"),
    (r" \(with --?kind if several have the name\)| \(with kind= if several have the name\)", ""),
    (r"\bsay which with kind=\.", "say which with --kind."),
    (
        r"\bof --mode sync\. Leave it out, or pass --mode",
        "of --mode sync. Leave it out, or add --mode",
    ),
)
_PATTERNS = [(re.compile(pattern), words) for pattern, words in _REPLACEMENTS]


def reworded(message: str) -> str:
    """Return a message of the library as somebody needs it who types commands."""
    for pattern, words in _PATTERNS:
        message = pattern.sub(words, message)
    return message


def message_of(error: BaseException) -> str:
    """Return the sentence that a command shows for an error."""
    result = getattr(error, "result", None)
    if isinstance(error, JobError) and result is not None and result.outcome == "rejected":
        path = f"They are in {result.dump}" if result.dump else "--dump FOLDER keeps them"
        return str(result.complaint(path))
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return reworded(str(error))


@contextmanager
def usage_errors() -> Iterator[None]:
    """Have options that the library refuses end the command as a wrong command line does."""
    try:
        yield
    except (TypeError, ValueError) as error:
        if isinstance(error, AnaplanError):
            raise
        raise click.UsageError(reworded(str(error))) from error
