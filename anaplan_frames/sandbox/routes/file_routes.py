"""Endpoints for files: listing, uploads in chunks or at once, downloads, deletion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from anaplan_frames.sandbox.http.request_bodies import receive_file, unzip
from anaplan_frames.sandbox.http.response_envelope import ApiError, answer, collection, not_found
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.action_definitions import (
    ExportDefinition,
    FileDefinition,
)
from anaplan_frames.sandbox.routes.model_listings import listing
from anaplan_frames.sandbox.routes.request_context import (
    access_of,
    both_forms,
    caller,
    json_body,
    tenant_of,
    visible_model,
    working_model,
)
from anaplan_frames.sandbox.tenant.file_contents import MAX_CHUNKS, Content, MissingChunk

MAX_CHUNK_BYTES = 50 * 2**20
_GZIP_TYPES = ("application/x-gzip", "application/gzip")


def files(request: Request) -> Response:
    """List the import data sources and the output files of exports."""
    model = visible_model(request)
    definitions: list[FileDefinition | ExportDefinition] = [
        *model.files.values(),
        *(each for each in model.exports.values() if access_of(request).may_run(each.id)),
    ]
    shown = [_file(d, _parts(request, d.id)) for d in definitions]
    return listing(request, "file", "files", shown)


async def begin_upload(request: Request) -> Response:
    """Begin an upload of a number of chunks (-1: unknown); previous content is dropped."""
    model = working_model(request)
    count = (await json_body(request)).get("chunkCount")
    if not isinstance(count, int) or isinstance(count, bool) or not -1 <= count <= MAX_CHUNKS:
        raise ApiError(400, f"chunkCount must be -1 or a number up to {MAX_CHUNKS}")
    asked = request.path_params["file"]
    # As in the service, an unknown id creates a new file, which no import reads.
    definition = _find(model, asked) or model.file(asked, columns=[""])
    declared = None if count == -1 else count
    contents = tenant_of(request).contents
    contents.begin(model.id, definition.id, caller(request).id, declared)
    return answer(request, "file", file=_file(definition, count))


async def upload_chunk(request: Request) -> Response:
    """Accept one chunk, plain or gzipped on its own."""
    upload = _upload(request)
    index = _chunk_number(request)
    if not upload.accepts(index):
        raise ApiError(400, f"There is no chunk {index} in this upload")
    path = tenant_of(request).contents.new_path()
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        await receive_file(request, path, MAX_CHUNK_BYTES)
        if media in _GZIP_TYPES:
            await run_in_threadpool(unzip, path, MAX_CHUNK_BYTES)
        await run_in_threadpool(upload.put, index, path)
    except FileNotFoundError:
        raise ApiError(409, "Another upload to this file has begun") from None
    finally:
        path.unlink(missing_ok=True)
    return Response(status_code=204)


def complete_upload(request: Request) -> Response:
    """Complete an upload; required if the number of chunks was unknown."""
    upload = _upload(request)
    try:
        upload.complete()
    except MissingChunk as error:
        raise ApiError(400, str(error)) from None
    return answer(request, "file", file=_file(_definition(request), upload.declared or 0))


async def upload_whole(request: Request) -> Response:
    """Accept a file in one piece, not compressed."""
    model, definition = working_model(request), _definition(request)
    contents = tenant_of(request).contents
    path = contents.new_path()
    try:
        await receive_file(request, path, maximum=None)
        user = caller(request).id
        await run_in_threadpool(contents.store, model.id, definition.id, user, path)
    finally:
        path.unlink(missing_ok=True)
    return Response(status_code=204)


def download_whole(request: Request) -> Response:
    """Send the file in one piece."""
    content = _content(request)
    return _octets(content.read(0, content.size), content.size)


def chunks(request: Request) -> Response:
    """List the chunks of a download, or of the upload under way; else there is no such key."""
    working_model(request)
    shown = _uploaded(request) or range(_parts(request, _definition(request).id))
    return collection(
        request,
        "chunk",
        "chunks",
        [{"id": str(i), "name": f"Chunk {i}"} for i in shown],
        maximum=tenant_of(request).page_size,
        omit_empty=True,
    )


def download_chunk(request: Request) -> Response:
    """Send one chunk of a download."""
    content, size = _content(request), tenant_of(request).export_chunk_size
    index = _chunk_number(request)
    if index >= content.parts(size):
        raise not_found()
    start = index * size
    length = min(size, content.size - start)
    return _octets(content.read(start, length), length)


def delete(request: Request) -> Response:
    """Drop the user's private content; the file and its default content stay."""
    model, definition = working_model(request), _definition(request)
    tenant_of(request).contents.remove(model.id, definition.id, caller(request).id)
    return Response(status_code=204)


def _find(model: Model, asked: str) -> FileDefinition | ExportDefinition | None:
    """Find a file by its id, or by its name, which is the id with which it was created."""
    named = (file for file in model.files.values() if file.name == asked)
    return model.files.get(asked) or model.exports.get(asked) or next(named, None)


def _definition(request: Request) -> FileDefinition | ExportDefinition:
    definition = _find(visible_model(request), request.path_params["file"])
    if definition is None:
        raise not_found()
    return definition


def _upload(request: Request) -> Content:
    """Return the upload that was begun; 404 for an unknown file."""
    model, definition = working_model(request), _definition(request)
    contents = tenant_of(request).contents
    upload = contents.upload(model.id, definition.id, caller(request).id)
    if upload is None:
        raise ApiError(400, "Begin the upload first: POST the chunkCount to the file")
    return upload


def _content(request: Request) -> Content:
    model, definition = working_model(request), _definition(request)
    content = tenant_of(request).contents.find(model.id, definition.id, caller(request).id)
    if content is None:
        raise not_found()
    return content


def _parts(request: Request, file_id: str) -> int:
    """Count the chunks of a download, 0 for a file without content."""
    tenant = tenant_of(request)
    content = tenant.contents.find(request.path_params["model"], file_id, caller(request).id)
    return content.parts(tenant.export_chunk_size) if content else 0


def _uploaded(request: Request) -> Sequence[int]:
    """Return the numbers of the chunks of the caller's upload, if one is under way."""
    tenant = tenant_of(request)
    model, file_id = request.path_params["model"], _definition(request).id
    upload = tenant.contents.upload(model, file_id, caller(request).id)
    if upload is None or upload.readable or not tenant.behavior.early_chunks:
        return ()
    return upload.chunks


def _chunk_number(request: Request) -> int:
    text = request.path_params["chunk"]
    if not (text.isascii() and text.isdigit()):
        raise not_found()
    return int(text)


def _file(definition: FileDefinition | ExportDefinition, chunk_count: int) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": definition.id,
        "name": definition.name,
        "chunkCount": chunk_count,
    }
    if isinstance(definition, ExportDefinition):
        return {**shown, "firstDataRow": 0, "headerRow": 0}
    return {
        **shown,
        "delimiter": definition.delimiter,
        "encoding": definition.encoding,
        "firstDataRow": definition.first_data_row,
        "format": "txt",
        "headerRow": definition.header_row,
        "separator": definition.separator,
    }


def _octets(blocks: Iterator[bytes], length: int) -> Response:
    """Answer with bytes; 404 if another upload has replaced them since they were found."""
    try:
        first = next(blocks, b"")  # which opens the file: what is open can be read to its end
    except FileNotFoundError:
        raise not_found() from None
    headers = {"Content-Length": str(length), "Content-Type": "application/octet-stream"}
    return StreamingResponse(chain([first], blocks), headers=headers)


routes: list[Route] = [
    *both_forms("/files", files),
    *both_forms("/files/{file}", begin_upload, ["POST"]),
    *both_forms("/files/{file}", upload_whole, ["PUT"]),
    *both_forms("/files/{file}", download_whole),
    *both_forms("/files/{file}", delete, ["DELETE"]),
    *both_forms("/files/{file}/complete", complete_upload, ["POST"]),
    *both_forms("/files/{file}/chunks", chunks),
    *both_forms("/files/{file}/chunks/{chunk}", upload_chunk, ["PUT"]),
    *both_forms("/files/{file}/chunks/{chunk}", download_chunk),
]
