"""The envelope of JSON answers (meta, paging, status), and the envelope of errors."""

from __future__ import annotations

import datetime
import http
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from anaplan_frames.sandbox.http.served_services import INTEGRATION, error_body, service_of

_SUCCESS = {"code": 200, "message": "Success"}


class ApiError(Exception):
    """Ends a request with an HTTP error; `message` is shown in the answer's status.

    `code` is the word for it that services other than the Integration API give. With `is_empty`,
    the answer has no body.
    """

    def __init__(
        self,
        status: int,
        message: str | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        code: str = "",
        is_empty: bool = False,
    ) -> None:
        self.status = status
        self.is_empty = is_empty
        self.code = code
        self.message: str = message or http.HTTPStatus(status).phrase
        self.headers = headers
        super().__init__(self.message)


def not_found() -> ApiError:
    """Return error 404 in the words of the service, which does not say what is missing."""
    return ApiError(404, "Not Found")


def error_response(request: Request, error: ApiError) -> Response:
    """Answer with an error, in the form of the service that was asked."""
    if error.is_empty:
        return Response(status_code=error.status, headers=error.headers)
    service = service_of(request.url.path)
    if service is not None and service.form != INTEGRATION.form:
        form, media = error_body(service, error.status, error.code, error.message)
        return JSONResponse(form, error.status, error.headers, media_type=media)
    now = datetime.datetime.now(datetime.UTC).isoformat().replace("+00:00", "Z")
    body = {
        "status": {"code": error.status, "message": error.message},
        "path": request.url.path,
        "timestamp": now,
    }
    return JSONResponse(body, error.status, error.headers)


def base_url(request: Request) -> str:
    """Return scheme and host as the client wrote them."""
    return f"{request.url.scheme}://{request.url.netloc}"


def answer(request: Request, kind: str, **payload: Any) -> JSONResponse:
    """Answer with one object, or with anything else that is not paged."""
    return JSONResponse({"meta": _meta(request, kind), "status": _SUCCESS, **payload})


def created(request: Request, kind: str, **payload: Any) -> JSONResponse:
    """Answer with status 201 and one object that was made."""
    status = {"code": 201, "message": "Created"}
    return JSONResponse({"meta": _meta(request, kind), "status": status, **payload}, 201)


def array(
    request: Request,
    kind: str,
    key: str,
    blocks: Iterable[bytes],
    paging: Mapping[str, Any] | None = None,
) -> StreamingResponse:
    """Answer with an array that is streamed.

    Parameters
    ----------
    blocks : iterable of bytes
        JSON of the array's items, with commas between them.
    paging : mapping, optional
        ``meta.paging``.
    """
    meta = _meta(request, kind) | ({"paging": paging} if paging else {})
    start = json.dumps({"meta": meta, "status": _SUCCESS}).encode()

    def body() -> Iterator[bytes]:
        yield start[:-1] + f',"{key}":['.encode()
        yield from blocks
        yield b"]}"

    return StreamingResponse(body(), media_type="application/json")


@dataclass(frozen=True, slots=True)
class Page:
    """The requested part of a collection."""

    offset: int
    limit: int

    @classmethod
    def of(cls, request: Request, maximum: int) -> Page:
        """Read `offset` and `limit`; a page has at most `maximum` items."""
        offset = _whole_number(request, "offset", 0, minimum=0)
        limit = _whole_number(request, "limit", maximum, minimum=1)
        return cls(offset, min(limit, maximum))

    def links(self, request: Request, total: int) -> dict[str, str]:
        """Return the links `next` and `previous`, if there are such pages."""
        links = {}
        if self.offset + self.limit < total:
            links["next"] = self._link(request, self.offset + self.limit)
        if self.offset > 0:
            links["previous"] = self._link(request, max(0, self.offset - self.limit))
        return links

    def paging(self, request: Request, shown: int, total: int) -> dict[str, Any]:
        """Return ``meta.paging`` of a page that shows `shown` of `total` items."""
        return {
            "currentPageSize": shown,
            "totalSize": total,
            "offset": self.offset,
            **self.links(request, total),
        }

    def _link(self, request: Request, offset: int) -> str:
        kept = [(k, v) for k, v in request.query_params.multi_items() if k not in _PAGING]
        query = urlencode([*kept, ("limit", self.limit), ("offset", offset)])
        return f"{base_url(request)}{request.url.path}?{query}"


_PAGING = ("limit", "offset")
_DIGITS = 18  # the most that fit into a BIGINT


def collection(
    request: Request,
    kind: str,
    key: str,
    items: Sequence[Mapping[str, Any]],
    *,
    maximum: int,
    omit_empty: bool = False,
) -> JSONResponse:
    """Answer with a page of a collection.

    Parameters
    ----------
    request : Request
        Gives `offset`, `limit` and the base of the links.
    kind : str
        The name of the schema, such as ``import``.
    key : str
        The key of the items, such as ``imports``.
    items : sequence of mapping
        The whole collection.
    maximum : int
        The most items that a page holds.
    omit_empty : bool
        Whether the key is left out if the page has no items, as some endpoints do.
    """
    page = Page.of(request, maximum)
    shown = list(items[page.offset : page.offset + page.limit])
    meta = _meta(request, kind)
    meta["paging"] = page.paging(request, len(shown), len(items))
    body: dict[str, Any] = {"meta": meta, "status": _SUCCESS}
    if shown or not omit_empty:
        body[key] = shown
    return JSONResponse(body)


def _meta(request: Request, kind: str) -> dict[str, Any]:
    model = request.path_params.get("model")
    scope = f"models/{model}/" if model else ""
    return {"schema": f"{base_url(request)}/2/0/{scope}objects/{kind}"}


def _whole_number(request: Request, name: str, default: int, *, minimum: int) -> int:
    text = request.query_params.get(name)
    if text is None or text == "":
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS and int(text) >= minimum):
        raise ApiError(400, f"{name} must be a whole number, at least {minimum}")
    return int(text)
