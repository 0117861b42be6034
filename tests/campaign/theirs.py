"""The same jobs by anaplan-sdk, as it comes: its own tries, but no waits between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import anaplan_sdk  # type: ignore[import-untyped]
import httpx2

from tests.campaign.between import CHUNK
from tests.campaign.case import Case


def by_sdk(case: Case, skew: float = 0.0) -> Any:
    """Do the job with anaplan-sdk, from the sign-in on."""
    with _at_home(case.sandbox.api_url):
        client = anaplan_sdk.Client(
            workspace_id=case.model.workspace.id,
            model_id=case.model.id,
            user_email=case.sandbox.email,
            password=case.sandbox.password,
            upload_chunk_size=CHUNK,
            backoff=0,
            status_poll_delay=0.02,
        )
        return case.theirs(client)


@contextmanager
def _at_home(url: str) -> Iterator[None]:
    """Send what is addressed to Anaplan's hosts, which are constants there, to the sandbox."""
    home = httpx2.URL(url)
    send = httpx2.HTTPTransport.handle_request

    def send_home(self: Any, request: Any) -> Any:
        request.url = request.url.copy_with(scheme=home.scheme, host=home.host, port=home.port)
        request.headers["Host"] = f"{home.host}:{home.port}"
        return send(self, request)

    with mock.patch.object(httpx2.HTTPTransport, "handle_request", send_home):
        yield
