"""Tests that fail, each by one mishap; run by `test_shown`, which reads what pytest prints."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.secrets.scenes import CREDENTIALS, secrets_of, suffer
from tests.transport.scripted import ScriptedServer

MISHAPS = ["the login is refused", "the token dies half-way", "a reset", "no answer in time"]


@pytest.mark.parametrize("mishap", MISHAPS)
@pytest.mark.parametrize("credential", CREDENTIALS)
def test_that_fails(credential: str, mishap: str) -> None:
    with ScriptedServer() as server:
        try:
            suffer(server, credential, mishap)
        finally:
            note(server)


def note(server: ScriptedServer) -> None:
    __tracebackhide__ = True
    with Path(os.environ["SECRETS"]).open("a") as file:
        file.write(json.dumps(secrets_of(server)) + "\n")
