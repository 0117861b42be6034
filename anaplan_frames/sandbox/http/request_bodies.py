"""Request bodies, streamed to disk in bounded memory."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import Receive

from anaplan_frames.sandbox.http.response_envelope import ApiError

_BLOCK = 1 << 20


async def receive_file(
    request: Request, path: Path, maximum: int | None, refusal: ApiError | None = None
) -> None:
    """Write the body to a new file.

    Raises
    ------
    ApiError
        If the body has more than `maximum` bytes: `refusal`, by default 400 with a text about
        chunks. The body is still read to its end, because a client does not see the answer while
        it sends.
    """
    received = 0
    buffer = bytearray()
    with path.open("wb") as file:
        async for block in request.stream():
            received += len(block)
            if maximum is not None and received > maximum:
                buffer.clear()
                continue
            buffer += block
            if len(buffer) >= _BLOCK:
                await run_in_threadpool(file.write, bytes(buffer))
                buffer.clear()
        file.write(buffer)
    if maximum is not None and received > maximum:
        raise refusal or ApiError(400, f"A chunk may have {maximum} bytes")


def unzip(path: Path, maximum: int) -> None:
    """Replace a gzipped file by its content.

    Raises
    ------
    ApiError
        400 if it is not gzip, is incomplete, or holds more than `maximum` bytes.
    """
    plain = path.with_name(f"{path.name}-plain")
    size = 0
    try:
        with gzip.open(path, "rb") as packed, plain.open("wb") as unpacked:
            while block := packed.read(_BLOCK):
                size += len(block)
                if size > maximum:
                    raise ApiError(400, f"A chunk may have {maximum} bytes before compression")
                unpacked.write(block)
        plain.replace(path)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise ApiError(400, "The chunk is not gzip, or it is cut off") from None
    finally:
        plain.unlink(missing_ok=True)


async def drain(receive: Receive) -> None:
    """Read the body to its end, because a client does not see the answer while it sends."""
    while True:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            return
