"""anaplan-sdk reads the sandbox's audit events, and gets what this library reads."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from anaplan_frames.sandbox import Sandbox
from tests.clients import sdk

COUNT = 60


@pytest.fixture
def many_events(sandbox: Sandbox) -> list[int]:
    """Make events up; return their ids."""
    made = [
        sandbox.audit_event("USR-13" if number % 2 else "INT-06", objectId=f"o{number}")
        for number in range(COUNT)
    ]
    return [event["id"] for event in made]


def test_it_reads_all_pages(
    sandbox: Sandbox, sent: list[httpx2.Request], many_events: list[int]
) -> None:
    events = sdk.connect(sandbox, page_size=7).audit.get_events()
    ids = [event["id"] for event in events]
    assert set(many_events) <= set(ids)
    assert len([request for request in sent if request.url.path.endswith("/events")]) > 8
    with sandbox.connect() as connection:
        ours = connection.audit.events()
    assert set(ids) <= set(ours["id"])


@pytest.mark.usefixtures("sent")
def test_it_reads_one_type_of_some_days_asynchronously(
    sandbox: Sandbox, many_events: list[int]
) -> None:
    async def read() -> list[int]:
        client = sdk.connect_async(sandbox, page_size=10)
        found = await client.audit.get_events(2, "user_activity")
        return [event["id"] for event in found]

    ids = asyncio.run(read())
    assert set(many_events[1::2]) <= set(ids)
    assert not set(many_events[::2]) & set(ids)
