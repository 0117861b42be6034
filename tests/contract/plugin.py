"""Puts every sandbox of the test run under the contract's check (a pytest plugin)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from anaplan_frames.sandbox import application as sandbox_app
from tests.contract.checker import App, Checked, Record
from tests.contract.contract import contract

RECORD = Record()


def pytest_configure() -> None:
    """Wrap the app that each sandbox serves, in this process (under xdist: in each worker)."""
    build_app = sandbox_app.build_app

    def build_checked_app(*args: Any, **options: Any) -> App:
        return Checked(build_app(*args, **options), contract(), RECORD)

    sandbox_app.build_app = build_checked_app


@pytest.fixture(autouse=True)
def answers_keep_the_contract() -> Iterator[None]:
    """Fail the test during which a sandbox gave an answer that breaks the contract."""
    yield
    fail_for(RECORD.take())


def fail_for(violations: list[str]) -> None:
    """Fail the test that runs, if there are violations, with each kind of them once."""
    if violations:
        listed = "\n".join(f"- {violation}" for violation in dict.fromkeys(violations))
        pytest.fail(f"The sandbox broke the contract:\n{listed}", pytrace=False)
