"""Audit events as a DataFrame: by anaplan_frames, and by anaplan-sdk's events made to a frame.

The sink gives the same pages to both. anaplan-sdk asks for pages by their offset, in threads, and
for at most 5,000 events each, which the sink cuts from its text just as cheaply.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import anaplan_frames as af
from benchmarks import tenant
from benchmarks.cores import two_cores
from benchmarks.peers import sdk_client

_SEED = 20_260_612
_FIRST_ID = 600_000_000_000_000_000
_AGO_MS = 28 * 86_400_000  # Anaplan keeps events for 30 days
_USERS, _MODELS, _ACTIONS = 500, 90, 100
_EVENTS = (
    ("USR-8", "User login success"),
    ("USR-13", "User access to model, success"),
    ("USR-20", "User executed action"),
    ("USR-41", "A process action has been executed"),
    ("INT-06", "Data Integration execution"),
    ("AUTHZ-1", "Access granted"),
)
_TENANT = "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4"
_AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
_COLUMNS = (
    *("id", "eventDate", "eventTypeId", "message", "success", "userId", "objectId"),
    *("ipAddress", "userAgent", "hostName", "tenantId", "createdDate", "checksum"),
    *("eventTimeZone", "createdTimeZone", "additionalAttributes"),
)


def write_events(folder: Path, rows: int) -> tuple[Path, Path]:
    """Write events, one a line, of about 620 bytes, and where the lines begin.

    Keys and lengths are those of the documentation; one event of a thousand has no attributes.
    """
    text, places = folder / f"events-{rows}.json", folder / f"events-{rows}.npy"
    if not text.exists():
        starts, size = [0], 0
        with text.open("wb") as file:
            for line in _events(rows):
                size += file.write(line)
                starts.append(size)
        np.save(places, np.array(starts))
    return text, places


def _events(rows: int) -> Iterator[bytes]:
    random = np.random.default_rng(_SEED)
    first = int(time.time() * 1000) - _AGO_MS
    columns = [
        random.integers(0, most, rows).tolist()
        for most in (len(_EVENTS), _USERS, _MODELS, _ACTIONS, 256, 5000, 2**31, 1000)
    ]
    for number, (kind, user, model, action, address, late, check, bare) in enumerate(
        zip(*columns, strict=True)
    ):
        code, message = _EVENTS[kind]
        moment = first + number * 100
        attributes = {
            "workspaceId": f"{model % 10:032x}",
            "modelId": f"{model:032X}",
            "actionId": f"1180000{action:05d}",
            "name": f'Load "sales" {action}',
        }
        event = {
            "id": _FIRST_ID + number * 37,
            "eventTypeId": code,
            "userId": f"{user:032x}",
            "tenantId": _TENANT,
            "objectId": f"{model:032x}",
            "additionalAttributes": attributes if bare else None,
            "message": message,
            "success": True,
            "ipAddress": f"10.0.{address}.{action}",
            "userAgent": _AGENT,
            "hostName": f"core-{address % 9}.anaplan.internal",
            "eventDate": moment,
            "eventTimeZone": "UTC",
            "createdDate": moment + late,
            "createdTimeZone": "UTC",
            "checksum": str(check),
        }
        yield json.dumps(event, separators=(",", ":")).encode() + b",\n"


def read(url: str, rows: int) -> Callable[[], object]:
    """Prepare to read the events to a DataFrame."""
    audit = _audit(url)
    return lambda: audit.events(progress=False)


def read_attributes(url: str, rows: int) -> Callable[[], object]:
    """Prepare to read the events with three attributes as columns."""
    audit = _audit(url)
    names = ["workspaceId", "modelId", "actionId"]
    return lambda: audit.events(attributes=names, progress=False)


def read_arrow(url: str, rows: int) -> Callable[[], object]:
    """Prepare to read the events as Arrow batches, each dropped."""
    audit = _audit(url)
    return lambda: sum(batch.num_rows for batch in audit.events_arrow(progress=False))


def _audit(url: str) -> af.Audit:
    """Return the audit events of a connection that has signed in already."""
    two_cores()
    connection = af.connect(
        tenant.EMAIL, tenant.PASSWORD, api_url=url, auth_url=url, requests_per_minute=None
    )
    connection.me()
    return connection.audit


def sdk_read(url: str, rows: int) -> Callable[[], object]:
    """Prepare anaplan-sdk's `get_events` and a frame with times; attributes stay dicts."""
    two_cores()
    client = sdk_client(url)
    return lambda: _typed(client.audit.get_events())


def _typed(events: list[dict[str, Any]]) -> pd.DataFrame:
    """Make the frame the quickest way that pandas has; `json_normalize` takes far longer."""
    frame = pd.DataFrame.from_records(events, columns=_COLUMNS)
    for name in ("eventDate", "createdDate"):
        frame[name] = pd.to_datetime(frame[name], unit="ms", utc=True)
    return frame
