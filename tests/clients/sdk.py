"""The clients of anaplan-sdk, made for the sandbox; the fixture `sent` gets them there."""

from __future__ import annotations

from typing import Any

import anaplan_sdk

from anaplan_frames.sandbox import Sandbox
from tests.clients import tenant

CHUNK = 30_000  # bytes; the demo's files are small


def connect(sandbox: Sandbox, **options: Any) -> anaplan_sdk.Client:
    """Make a blocking client, of the demo's model unless `options` say otherwise."""
    return anaplan_sdk.Client(**_options(sandbox, options))


def connect_async(sandbox: Sandbox, **options: Any) -> anaplan_sdk.AsyncClient:
    """Make an asynchronous client."""
    return anaplan_sdk.AsyncClient(**_options(sandbox, options))


def _options(sandbox: Sandbox, given: dict[str, Any]) -> dict[str, Any]:
    login = {"user_email": sandbox.email, "password": sandbox.password}
    return {
        "workspace_id": tenant.WORKSPACE,
        "model_id": tenant.MODEL,
        "upload_chunk_size": CHUNK,
        "status_poll_delay": 0.05,
        **({} if "certificate" in given else login),
        **given,
    }
