"""What is used today: pandas' own text and anaplan-sdk, or anaplan-api, unchanged but for the host.

Their own modules are imported where they are used: the two cannot be in one environment.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pandas as pd

from benchmarks import tenant
from benchmarks.frames import mixed_frame


def sdk_write(url: str, rows: int) -> Callable[[], object]:
    """Prepare `DataFrame.to_csv` and anaplan-sdk's `upload_and_import`."""
    frame, client = mixed_frame(rows), sdk_client(url)

    def run() -> None:
        client.upload_and_import(int(tenant.FILE), frame.to_csv(index=False), int(tenant.IMPORT))

    return run


def sdk_read(url: str, rows: int) -> Callable[[], object]:
    """Prepare anaplan-sdk's `export_and_download` and `pandas.read_csv`."""
    client = sdk_client(url)
    return lambda: pd.read_csv(io.BytesIO(client.export_and_download(int(tenant.EXPORT))))


def sdk_client(url: str) -> Any:
    """Return anaplan-sdk's client, whose calls go to the sink."""
    import anaplan_sdk  # type: ignore[import-untyped]
    import httpx2

    home = httpx2.URL(url)
    send = httpx2.HTTPTransport.handle_request

    def send_home(self: Any, request: Any) -> Any:
        request.url = request.url.copy_with(scheme=home.scheme, host=home.host, port=home.port)
        return send(self, request)

    httpx2.HTTPTransport.handle_request = send_home  # type: ignore[method-assign]
    return anaplan_sdk.Client(
        workspace_id=tenant.WORKSPACE,
        model_id=tenant.MODEL,
        user_email=tenant.EMAIL,
        password=tenant.PASSWORD,
    )


def api_write(url: str, rows: int) -> Callable[[], object]:
    """Prepare `DataFrame.to_csv` and anaplan-api's upload and import; chunks of 25 MiB."""
    from anaplan_api.anaplan import anaplan  # type: ignore[import-not-found]

    frame, connection = mixed_frame(rows), _api_connection(url)

    def run() -> None:
        # A long text itself it takes for the name of a file, which is too long for one.
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/data.csv"
            frame.to_csv(path, index=False)
            anaplan.file_upload(connection, tenant.FILE, 25, path)
        anaplan.execute_action(connection, tenant.IMPORT, 1)

    return run


def api_read(url: str, rows: int) -> Callable[[], object]:
    """Prepare anaplan-api's export, which downloads its output, and `pandas.read_csv`."""
    from anaplan_api.anaplan import anaplan

    connection = _api_connection(url)

    def run() -> pd.DataFrame:
        [text] = anaplan.execute_action(connection, tenant.EXPORT, 1).files
        return pd.read_csv(io.StringIO(text))

    return run


def _api_connection(url: str) -> Any:
    import requests
    from anaplan_api.anaplan import anaplan
    from anaplan_api.anaplan.models.AnaplanConnection import (  # type: ignore[import-not-found]
        AnaplanConnection,
    )

    home = urlsplit(url)
    send = requests.adapters.HTTPAdapter.send

    def send_home(self: Any, request: Any, **options: Any) -> Any:
        asked = urlsplit(request.url)
        request.url = urlunsplit((home.scheme, home.netloc, asked.path, asked.query, ""))
        return send(self, request, **options)

    requests.adapters.HTTPAdapter.send = send_home  # type: ignore[assignment,method-assign]
    login = anaplan.authorize("Basic", email=tenant.EMAIL, password=tenant.PASSWORD)
    return AnaplanConnection(login.auth_token, tenant.WORKSPACE, tenant.MODEL)
