"""Messages of the library in the words of the command line, and wrong options as usage errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import click

from anaplan_frames.errors import AnaplanError, JobError

# Calls and attributes of Python that messages name, and what is typed instead.
_CALLS = (
    (r"; the error's \.plan shows the changes\.", "; --dry-run shows the changes."),
    (
        r"\b(?:model\.(?:processes|actions)\[)('[^']*')\]\.run\(\)",
        r"anaplan-frames run \1",
    ),
    (r"\bto_anaplan\(data, ('[^']*'), model\)", r"anaplan-frames write FILE \1"),
    (r"\bread_anaplan\(('[^']*'), model\)", r"anaplan-frames read \1"),
    (
        r"The error's \.task\.result\(\) waits for its end, \.task\.cancel\(\) cancels it\. "
        r"In another process it is found by conn\.task\('([^']*)'\)\.",
        r"Cancel it with: anaplan-frames cancel \1",
    ),
    (r"\bconn\.model\(('[^']*')\)", r"--model \1"),
    (r"\bPass auth=.*? or another, or set\b", "Set"),
    (r" \(with kind= if several have the name\)", ""),
    (r"\b([Pp])ass (\w+=)", lambda found: f"{'Add' if found[1] == 'P' else 'add'} {found[2]}"),
)
# Arguments of Python that are options here, with another name than their own if they have one.
_OPTIONS = {
    name: f"--{name.replace('_', '-')}"
    for name in [
        "blank",
        "chunk_bytes",
        "confirm",
        "delete",
        "dry_run",
        "dump",
        "fixed",
        "hierarchy",
        "kind",
        "key",
        "layout",
        "locale",
        "mapping",
        "max_delete",
        "mode",
        "nrows",
        "omit_empty",
        "periods",
        "restart_after",
        "resume",
        "run",
        "timeout",
        "totals",
        "where",
    ]
} | {"columns": "--column", "parameters": "--parameter"}
_PATTERNS = [(re.compile(pattern), words) for pattern, words in _CALLS]
_ARGUMENT = re.compile(
    rf"\b(?P<name>{'|'.join(_OPTIONS)})="
    r"(?:(?P<flag>True|False)\b|'(?P<text>\w+)'|\{(?P<key>'[^']*'): (?P<value>'[^']*')\})?"
)


def reworded(message: str) -> str:
    """Return a message of the library as somebody needs it who types commands."""
    for pattern, words in _PATTERNS:
        message = pattern.sub(words, message)
    return _ARGUMENT.sub(_option, message)


def _option(found: re.Match[str]) -> str:
    """Return an argument of Python as an option."""
    option = _OPTIONS[found["name"]]
    if found["flag"] == "False":
        return option.replace("--", "--no-", 1)
    if found["key"]:
        return f"{option} {found['key']}={found['value']}"
    return f"{option} {found['text']}" if found["text"] else option


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
