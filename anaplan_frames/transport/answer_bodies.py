"""How a successful answer is taken: left on the wire, whole, as bytes or as JSON."""

from __future__ import annotations

import json
import mmap
from typing import Any

import numpy as np

from anaplan_frames.errors import TransferError
from anaplan_frames.memory import mapping
from anaplan_frames.transport.hosts import host_of
from anaplan_frames.transport.session import BrokenBody, CheckedResponse

# Bytes, or a mapping that serves as such.
Content = bytes | mmap.mmap
_PIECE = 1 << 20


def reject_web_page(response: CheckedResponse) -> None:
    """Raise TransferError for a web page, which Anaplan never sends.

    A proxy that wants a sign-in answers so, with status 200, and has done nothing.
    """
    if _kind(response) == "text/html":
        response.close()
        raise _not_anaplan(response)


def streamed(response: CheckedResponse) -> CheckedResponse:
    """Leave the body to the caller, who reads it as a stream."""
    return response


def buffered(response: CheckedResponse) -> CheckedResponse:
    """Read the body into ``response.content``, so that a cut one shows now."""
    _ = response.content
    return response


def as_bytes(response: CheckedResponse) -> bytes:
    """Return the whole body, read in one piece: `requests` reads 10 kB at a time, much slower."""
    return b"".join(response.iter_content(None))


def as_mapping(response: CheckedResponse) -> Content:
    """Return the whole body in memory that goes back to the system as soon as it is let go."""
    length = response.headers.get("Content-Length", "")
    if not length.isdigit() or int(length) < _PIECE or "Content-Encoding" in response.headers:
        return as_bytes(response)
    content = mapping(int(length))
    room = np.frombuffer(content, np.uint8)
    start = 0
    for piece in response.iter_content(_PIECE):
        # By numpy, which lets other threads run while it copies.
        room[start : start + len(piece)] = np.frombuffer(piece, np.uint8)
        start += len(piece)
    return content


def as_json(response: CheckedResponse) -> dict[str, Any]:
    """Return the JSON object of the body; no body is an empty one, where nothing was asked for.

    Raises
    ------
    BrokenBody
        The body is said to be JSON and is cut, or the answer to a question is empty.
    TransferError
        The body is something else.
    """
    content = response.content
    if not content.strip():
        if response.request.method == "GET" and response.status_code == 200:
            raise BrokenBody(f"{response.label}: {host_of(response.url)} gave an empty answer.")
        return {}
    try:
        answer = json.loads(content)
    except ValueError:
        answer = None
    if isinstance(answer, dict):
        return answer
    if answer is None and _kind(response).endswith("json"):
        raise BrokenBody(f"{response.label}: {host_of(response.url)} answered with broken JSON.")
    raise _not_anaplan(response)


def _kind(response: CheckedResponse) -> str:
    """Return the content type without its parameters."""
    return response.headers.get("Content-Type", "").split(";")[0].strip().lower()


def _not_anaplan(response: CheckedResponse) -> TransferError:
    return TransferError(
        f"{response.label}: {host_of(response.url)} did not answer as Anaplan does, but with "
        f"{_kind(response) or 'an unknown content type'}. "
        "Check api_url and auth_url, and whether a proxy asks you to sign in first."
    )
