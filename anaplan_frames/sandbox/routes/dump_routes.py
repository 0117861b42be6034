"""Endpoints for failure dumps, of imports alone or in a process, whole or in chunks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from anaplan_frames.sandbox.http.response_envelope import ApiError, collection, not_found
from anaplan_frames.sandbox.routes.request_context import (
    both_forms,
    caller,
    tenant_of,
    visible_model,
)
from anaplan_frames.sandbox.routes.task_routes import find_task
from anaplan_frames.sandbox.tenant.stored_dumps import DumpGone
from anaplan_frames.sandbox.tenant.task_queue import COMPLETE

_MAX_CHUNK = 10_000_000
_BLOCK = 1 << 20


def dump(request: Request) -> Response:
    """Send the dump in one piece; 204 if no row failed."""
    path = _dump(request)
    if path is None:
        return Response(status_code=204)
    return _text(path, 0, path.stat().st_size)


def chunks(request: Request) -> Response:
    """List the chunks of the dump; 404 if there is no dump."""
    tenant, path = tenant_of(request), _existing_dump(request)
    size = _chunk_size(request)
    count = max(1, -(-path.stat().st_size // size))
    items = [{"id": str(i), "name": f"Chunk {i}"} for i in range(count)]
    return collection(request, "chunk", "chunks", items, maximum=tenant.page_size)


def chunk(request: Request) -> Response:
    """Send one chunk of the dump."""
    path, size = _existing_dump(request), _chunk_size(request)
    number, total = request.path_params["chunk"], path.stat().st_size
    start = int(number) * size if number.isascii() and number.isdigit() else -1
    if not 0 <= start < max(1, total):
        raise not_found()
    return _text(path, start, min(size, total - start))


def _dump(request: Request) -> Path | None:
    """Find the user's dump; 404 if the task has none, 410 if it is no longer kept."""
    of_process = "object" in request.path_params
    task = find_task(request, "processes" if of_process else "imports")
    user = caller(request)
    # Dumps are private: for other users, the task has none.
    if task.state != COMPLETE or task.result is None or task.user.id != user.id:
        raise not_found()
    import_id = request.path_params["object" if of_process else "id"]
    if of_process:
        nested = task.result.get("nestedResults", [])
        ran = [result["objectId"] for result in nested]
        if import_id not in ran or import_id not in visible_model(request).imports:
            raise not_found()
    try:
        return tenant_of(request).dumps.find(task.model_id, import_id, user, task.id)
    except DumpGone as error:
        raise ApiError(410, str(error)) from None


def _existing_dump(request: Request) -> Path:
    path = _dump(request)
    if path is None:
        raise not_found()
    return path


def _chunk_size(request: Request) -> int:
    return min(_MAX_CHUNK, tenant_of(request).export_chunk_size)


def _text(path: Path, start: int, length: int) -> Response:
    headers = {"Content-Length": str(length), "Content-Type": "text/plain;charset=UTF-8"}
    return StreamingResponse(_blocks(path, start, length), headers=headers)


def _blocks(path: Path, start: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while length > 0 and (block := file.read(min(_BLOCK, length))):
            length -= len(block)
            yield block


_IMPORT = "/imports/{id}/tasks/{task}/dump"
_PROCESS = "/processes/{id}/tasks/{task}/dumps/{object}"

routes: list[Route] = [
    route
    for base in (_IMPORT, _PROCESS)
    for path, endpoint in (
        (base, dump),
        (f"{base}/chunks", chunks),
        (f"{base}/chunks/{{chunk}}", chunk),
    )
    for route in both_forms(path, endpoint)
]
