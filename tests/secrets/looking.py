"""All that may show an error, at its most talkative."""

from __future__ import annotations

import io
import traceback
from collections.abc import Callable
from unittest import mock

import pytest
from rich.console import Console
from rich.traceback import Traceback

from anaplan_frames.errors import AnaplanError


def ended(work: Callable[[], object]) -> BaseException:
    """Return the error of some work; its frames are not the test's, which knows the secrets."""
    with pytest.raises((AnaplanError, KeyboardInterrupt)) as caught:
        work()
    return caught.value


def by_rich(error: BaseException) -> str:
    """Return what rich prints of an error, with all local variables at full length."""
    console = Console(file=io.StringIO(), width=5_000)
    shown = Traceback.from_exception(
        type(error),
        error,
        error.__traceback__,
        show_locals=True,
        locals_max_string=None,
        locals_max_length=None,
        max_frames=1_000,
    )
    # The colours of the source code take half of the time, and do not show in the text.
    with mock.patch.object(Traceback, "_guess_lexer", return_value="text"):
        console.print(shown)
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
