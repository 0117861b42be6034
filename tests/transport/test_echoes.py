"""Servers that repeat what they were sent, and texts that would steer a terminal."""

from __future__ import annotations

import base64
import warnings

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.messages import warn
from anaplan_frames.results import WriteResult
from anaplan_frames.transport import Transport
from tests.transport.scripted import TOKEN, ScriptedServer, as_json

PASSWORD = "correct horse"
LOGIN = base64.b64encode(f"planner@example.com:{PASSWORD}".encode()).decode()


def test_a_token_that_a_server_repeats_is_masked(
    server: ScriptedServer, transport: Transport
) -> None:
    said = f"Bad request: Authorization: AnaplanAuthToken {TOKEN}, token={TOKEN}, {'x' * 600}"
    server.rule = lambda seen: as_json({"status": {"code": 400, "message": said}}, 400)
    with pytest.raises(af.RequestRefused, match=r"Authorization: \*\*\*, token=\*\*\*") as caught:
        transport.get("/workspaces", label="the workspaces")
    assert TOKEN not in str(caught.value) + caught.value.reason
    assert len(caught.value.reason) <= 500


@pytest.mark.parametrize("echo", [LOGIN, PASSWORD, f"Basic {LOGIN}"])
def test_a_password_that_a_server_repeats_is_masked(
    server: ScriptedServer, transport: Transport, echo: str
) -> None:
    server.logins = [as_json({"status": "FAILURE", "statusMessage": f"No: {echo}!"}, 401)]
    with pytest.raises(af.AuthenticationError, match=r"No: \*\*\*!") as caught:
        transport.get("/workspaces", label="the workspaces")
    assert echo not in str(caught.value)


ESCAPES = "\x1b]0;owned\x07 \u202egpj.exe \r\u200b"
SHOWN = r"\x1b]0;owned\x07 \u202egpj.exe \r\u200b"


def test_what_would_steer_a_terminal_is_written_out() -> None:
    assert str(af.AnaplanError(ESCAPES)) == SHOWN
    assert str(af.AnaplanError("one\n\ttwo é 日本")) == "one\n\ttwo é 日本"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn(ESCAPES)
    assert str(caught[0].message) == SHOWN
    assert SHOWN in repr(WriteResult(target="x", note=ESCAPES))
    rejected = pd.DataFrame({"a": [1], "error": [ESCAPES]})
    result = WriteResult(target="x", rows_sent=1, rows_rejected=1, rejected=rejected)
    assert SHOWN in str(af.RejectedRows(result.complaint("See"), result))
    assert result.rejected["error"].tolist() == [ESCAPES]


def test_a_file_that_is_not_a_certificate_is_refused_at_once() -> None:
    with pytest.raises(af.ConfigurationError, match="is not a CA bundle"):
        af.connect("me@corp.com", "password", verify=__file__)
