"""What people read when something is wrong, word for word."""

from __future__ import annotations

import socket
import subprocess
import sys

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.transport.scripted import TurnedClock


def test_a_wrong_name_is_answered_with_the_near_names(demo_model: af.Model) -> None:
    with pytest.raises(af.NotFound) as caught:
        af.to_anaplan(pd.DataFrame({"a": [1]}), "Load flight", demo_model)
    assert str(caught.value) == (
        "There is no 'Load flight' among the imports, processes, lists, modules or files of model "
        "'Flight Planning'. Did you mean 'Load flights'?"
    )


def test_a_wrong_name_in_a_collection_is_answered_with_the_near_names(demo_model: af.Model) -> None:
    with pytest.raises(af.NotFound) as caught:
        demo_model.exports["Flight export"]
    assert str(caught.value) == (
        "There is no 'Flight export' among the exports of model 'Flight Planning'. "
        "Did you mean 'Flights export'?"
    )


def test_a_wrong_model_is_answered_with_the_near_names(demo_sandbox: Sandbox) -> None:
    with pytest.raises(af.NotFound) as caught:
        demo_sandbox.connect().model("Flight Planing")
    assert str(caught.value) == (
        "There is no 'Flight Planing' among the models that your user may see. "
        "Did you mean 'Flight Planning'?"
    )


def test_a_missing_column_is_named(demo_model: af.Model) -> None:
    with pytest.raises(af.ColumnMismatch) as caught:
        af.to_anaplan(pd.DataFrame({"carier": ["AA"]}), "Load airlines", demo_model)
    assert str(caught.value) == (
        "The columns do not fit file 'airlines.csv'. The data has no column 'carrier'. Did you "
        "mean 'carier'? The data has no column 'name'. If only the names differ, pass "
        "mapping={'your column': 'its header'}."
    )


def test_a_wrong_password_is_reported_without_the_password(demo_sandbox: Sandbox) -> None:
    connection = af.connect(
        "demo@example.com",
        "sesame-open",
        api_url=demo_sandbox.api_url,
        auth_url=demo_sandbox.auth_url,
    )
    with pytest.raises(af.AuthenticationError) as caught:
        connection.models()
    assert str(caught.value) == (
        "Anaplan does not accept the email 'demo@example.com' with this password. Check both; "
        "if your company signs in by SSO, only an exception user has a password, and others use "
        "CertificateAuth. Anaplan says: 'The email or the password is wrong'."
    )


def test_no_network_is_reported_with_the_host() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        connection = af.connect(
            "a@example.com", "x", api_url=url, auth_url=url, clock=TurnedClock()
        )
        with pytest.raises(af.TransferError) as caught:
            connection.models()
    assert str(caught.value) == (
        f"sign-in: {url.removeprefix('http://')} cannot be reached (connection refused). Check the "
        "network connection, the proxy (HTTPS_PROXY) and auth_url."
    )


def test_a_missing_extra_is_reported_with_the_line_that_installs_it() -> None:
    blocked = "import sys; sys.modules['duckdb'] = None; from anaplan_frames.cli import main; "
    done = subprocess.run(
        [sys.executable, "-c", blocked + "raise SystemExit(main(['demo']))"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "anaplan-frames: The sandbox needs an extra: pip install 'anaplan-frames[sandbox]'\n"
    )
