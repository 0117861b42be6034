"""Jobs of a few rows, from `connect` to the result, and the same with anaplan-sdk given every id.

What is measured is all that a script does after its imports, on a line of 150 ms.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

import anaplan_frames as af
from benchmarks import tenant
from benchmarks.line_tenant import NAMES
from benchmarks.peers import sdk_client

ROUND_TRIP = 0.15  # seconds
JOBS = {
    "load of 2 rows": "write",
    "export of 2 rows": "read_export",
    "list of 2 items": "read_list",
}
_ROWS = {"name": NAMES, "Price": [3.5, 4.5]}


def write(url: str, rows: int) -> Callable[[], object]:
    """Load two rows with an import, by name."""
    frame, connect, to_anaplan = pd.DataFrame(_ROWS), _connecting(url), af.to_anaplan
    return lambda: to_anaplan(frame, tenant.IMPORT_NAME, connect()).rows_loaded


def read_export(url: str, rows: int) -> Callable[[], object]:
    """Run and read an export, by name."""
    connect, read_anaplan = _connecting(url), af.read_anaplan
    return lambda: len(read_anaplan(tenant.EXPORT_NAME, connect()))


def read_list(url: str, rows: int) -> Callable[[], object]:
    """Read a list, by name."""
    connect, read_anaplan = _connecting(url), af.read_anaplan
    return lambda: len(read_anaplan(tenant.LIST_NAME, connect()))


def _connecting(url: str) -> Callable[[], af.Model]:
    connect = af.connect  # looked up, and so imported, before the clock runs
    login = {"email": tenant.EMAIL, "password": tenant.PASSWORD}
    return lambda: connect(**login, api_url=url, auth_url=url).model(tenant.MODEL_NAME)


def sdk_write(url: str, rows: int) -> Callable[[], object]:
    """Load two rows with anaplan-sdk."""
    frame, connect = pd.DataFrame(_ROWS), _sdk(url)

    def run() -> int:
        text = frame.to_csv(index=False)
        connect().upload_and_import(int(tenant.FILE), text, int(tenant.IMPORT))
        return len(frame)

    return run


def sdk_read_export(url: str, rows: int) -> Callable[[], object]:
    """Run and read an export with anaplan-sdk."""
    connect = _sdk(url)

    def run() -> int:
        return len(pd.read_csv(io.BytesIO(connect().export_and_download(int(tenant.EXPORT)))))

    return run


def sdk_read_list(url: str, rows: int) -> Callable[[], object]:
    """Read a list with anaplan-sdk."""
    connect = _sdk(url)
    return lambda: len(pd.DataFrame(connect().tr.get_list_items(int(tenant.LIST), return_raw=True)))


def _sdk(url: str) -> Callable[[], Any]:
    import anaplan_sdk  # noqa: F401  imported before the clock runs

    return partial(sdk_client, url)
