"""All that may show an error, at its most talkative."""

from __future__ import annotations

import io
import traceback
from collections.abc import Callable, Iterator
from unittest import mock

import pytest
from rich.console import Console
from rich.traceback import Trace, Traceback

from anaplan_frames.errors import AnaplanError


def ended(work: Callable[[], object]) -> BaseException:
    """Return the error of some work; its frames are not the test's, which knows the secrets."""
    with pytest.raises((AnaplanError, KeyboardInterrupt)) as caught:
        work()
    return caught.value


def known_to_rich(error: BaseException) -> Trace:
    """Return what rich takes of an error to print it, with all local variables at full length."""
    return Traceback.extract(
        type(error),
        error,
        error.__traceback__,
        show_locals=True,
        locals_max_string=None,  # type: ignore[arg-type]  # rich itself passes it on
        locals_max_length=None,  # type: ignore[arg-type]
    )


def by_rich(error: BaseException) -> str:
    """Return the texts that rich would print of an error; the layout takes most of its time."""
    return "\n".join(texts_of(known_to_rich(error)))


def texts_of(trace: Trace) -> Iterator[str]:
    """Yield each error of a chain, and each of its local variables."""
    for stack in trace.stacks:
        yield f"{stack.exc_type}: {stack.exc_value} {stack.notes}"
        for frame in stack.frames:
            yield f"{frame.filename}:{frame.lineno} in {frame.name}"
            yield from (f"{name} = {node}" for name, node in (frame.locals or {}).items())


def printed_by_rich(error: BaseException) -> str:
    """Return what rich prints of an error."""
    console = Console(file=io.StringIO(), width=5_000)
    # The colours of the source code take half of the time, and do not show in the text.
    with mock.patch.object(Traceback, "_guess_lexer", return_value="text"):
        console.print(Traceback(known_to_rich(error), show_locals=True, max_frames=1_000))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def by_python(error: BaseException | None) -> str:
    """Return the traceback of each error of the chain, also the suppressed ones, with locals."""
    text = ""
    while error is not None:
        each = traceback.TracebackException.from_exception(error, capture_locals=True)
        text += "".join(each.format())
        error = error.__cause__ or error.__context__
    return text


def assert_nothing_shows(text: str, secrets: list[str]) -> None:
    assert [secret for secret in secrets if secret in text] == []
