"""Ways to read the body of a successful answer: as a stream, as bytes or as JSON.

What does not fit the answer contract raises `NotAnswered`.
"""

from __future__ import annotations

import mmap
from typing import Any, NamedTuple

import numpy as np

from anaplan_frames.json_parsing import parse_json
from anaplan_frames.memory import mapping
from anaplan_frames.transport.answer_contract import NotAnswered
from anaplan_frames.transport.hosts import host_of
from anaplan_frames.transport.session import BrokenBody, CheckedResponse
from anaplan_frames.transport.statuses import masked_message


class Answered(NamedTuple):
    """An answer, which may be a refusal that the contract lists among the answers.

    Attributes
    ----------
    status : int
    content : dict
        The JSON object.
    refusal : str
        What the service says of a refusal; empty for a success.
    """

    status: int
    content: dict[str, Any]
    refusal: str


# Bytes, or a memory mapping that can be used like bytes.
Content = bytes | mmap.mmap
_PIECE = 1 << 20


def check_head(response: CheckedResponse) -> None:
    """Raise NotAnswered for a status or content type that is not Anaplan's, such as a web page.

    A proxy that asks for a sign-in gives one, with status 200, and does not forward the request.
    """
    fault = response.operation.head_fault(response.status_code, _kind(response))
    if fault is not None:
        response.close()
        raise _not_answered(response, fault)


def streamed(response: CheckedResponse) -> CheckedResponse:
    """Return the response with its body unread; the caller reads it as a stream."""
    return response


def buffered(response: CheckedResponse) -> CheckedResponse:
    """Read the body into ``response.content``, so that one that breaks off or is wrong raises."""
    content = response.operation.content
    if content == "json" and response.ok:
        as_json(response)
    elif response.content.strip() and content == "nothing" and response.ok:
        raise _not_answered(response, "with a body, where none is expected")
    return response


def as_bytes(response: CheckedResponse) -> bytes:
    """Return the whole body, read in one piece; `requests` would read 10 kB at a time, slower."""
    content = b"".join(response.iter_content(None))
    fault = response.operation.bytes_fault(response.status_code, content)
    if fault is not None:
        raise _not_answered(response, fault)
    return content


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
    """Return the JSON object of the body; an empty one for no body, if that is an answer.

    Raises
    ------
    BrokenBody
        The content type is JSON and the body is not valid.
    NotAnswered
        The body is something else, or does not have what Anaplan's answer has.
    """
    content = response.content
    operation = response.operation
    if not content.strip():
        if operation.content == "json" or response.request.method == "GET":
            raise _not_answered(response, "with nothing")
        return {}
    try:
        answer = parse_json(content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        if answer is None and _kind(response).endswith("json"):
            host = host_of(response.url)
            raise BrokenBody(f"{response.label}: {host} answered with broken JSON.")
        raise _not_answered(response, f"with {_kind(response) or 'an unknown content type'}")
    fault = operation.object_fault(answer)
    if fault is not None:
        raise _not_answered(response, fault)
    return answer


def answered(response: CheckedResponse) -> Answered:
    """Return the status and the JSON object of an answer, of a refusal with its message."""
    content = as_json(response)
    status = response.status_code
    refusal = ""
    if not response.ok:
        refusal = masked_message(content, response.request) or f"refused with {status}"
    return Answered(status, content, refusal)


def _kind(response: CheckedResponse) -> str:
    """Return the content type without its parameters."""
    return response.headers.get("Content-Type", "").split(";")[0].strip().lower()


def _not_answered(response: CheckedResponse, fault: str) -> NotAnswered:
    return NotAnswered(
        f"{response.label}: {host_of(response.url)} did not answer as Anaplan does, but {fault}. "
        "Check api_url and auth_url, and whether a proxy asks you to sign in first."
    )
