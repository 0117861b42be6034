"""Ways to read the body of a successful answer: as a stream, as bytes or as JSON."""

from __future__ import annotations

import json
import mmap
from typing import Any

import numpy as np

from anaplan_frames.errors import TransferError
from anaplan_frames.memory import mapping
from anaplan_frames.transport.hosts import host_of
from anaplan_frames.transport.session import BrokenBody, CheckedResponse

# Bytes, or a memory mapping that can be used like bytes.
Content = bytes | mmap.mmap
_PIECE = 1 << 20


def reject_web_page(response: CheckedResponse) -> None:
    """Raise TransferError for a web page, which Anaplan never sends.

    A proxy that asks for a sign-in gives one, with status 200, and does not forward the request.
    """
    if _kind(response) == "text/html":
        response.close()
        raise _not_anaplan(response)


def streamed(response: CheckedResponse) -> CheckedResponse:
    """Return the response with its body unread; the caller reads it as a stream."""
    return response


def buffered(response: CheckedResponse) -> CheckedResponse:
    """Read the body into ``response.content``, so that one that breaks off raises now."""
    _ = response.content
    return response


def as_bytes(response: CheckedResponse) -> bytes:
    """Return the whole body, read in one piece; `requests` would read 10 kB at a time, slower."""
    return b"".join(response.iter_content(None))


def as_mapping(response: CheckedResponse) -> Content:
    """Return the whole body in memory that is given back to the system when it is released."""
    length = response.headers.get("Content-Length", "")
    if not length.isdigit() or int(length) < _PIECE or "Content-Encoding" in response.headers:
        return as_bytes(response)
    content = mapping(int(length))
    room = np.frombuffer(content, np.uint8)
    start = 0
    for piece in response.iter_content(_PIECE):
        # numpy lets other threads run while it copies.
        room[start : start + len(piece)] = np.frombuffer(piece, np.uint8)
        start += len(piece)
    return content


def as_json(response: CheckedResponse) -> dict[str, Any]:
    """Return the JSON object of the body; an empty one for no body, unless the request was a GET.

    Raises
    ------
    BrokenBody
        The content type is JSON and the body is not valid, or the answer to a GET is empty.
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
