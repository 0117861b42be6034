"""The envelope of every JSON answer: meta, paging, status; and errors in theirs."""

from __future__ import annotations

import datetime
import http
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse

_SUCCESS = {"code": 200, "message": "Success"}


class ApiError(Exception):
    """Ends a request with an HTTP error; `message` becomes that of the answer's status."""

    def __init__(
        self, status: int, message: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status = status
        self.message = message or http.HTTPStatus(status).phrase
        self.headers = headers
        super().__init__(self.message)


def not_found() -> ApiError:
    """404 in the words of the service, which does not say what is missing."""
    return ApiError(404, "Not Found")


def error_response(request: Request, error: ApiError) -> JSONResponse:
    """Put an error into the envelope of errors."""
    now = datetime.datetime.now(datetime.UTC).isoformat().replace("+00:00", "Z")
    body = {
        "status": {"code": error.status, "message": error.message},
        "path": request.url.path,
        "timestamp": now,
    }
    return JSONResponse(body, error.status, error.headers)


def base_url(request: Request) -> str:
    """Give scheme and host as the client wrote them."""
    return f"{request.url.scheme}://{request.url.netloc}"


def answer(request: Request, kind: str, **payload: Any) -> JSONResponse:
    """Answer with one object, or whatever else is not paged."""
    return JSONResponse({"meta": _meta(request, kind), "status": _SUCCESS, **payload})


def array(
    request: Request,
    kind: str,
    key: str,
    blocks: Iterable[bytes],
    paging: Mapping[str, Any] | None = None,
) -> StreamingResponse:
    """Answer with an array that is written as it is sent.

    Parameters
    ----------
    blocks : iterable of bytes
        JSON of the array's items with the commas between them.
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
    """The part of a collection that was asked for."""

    offset: int
    limit: int

    @classmethod
    def of(cls, request: Request, maximum: int) -> Page:
        """Read `offset` and `limit`; no page is larger than `maximum`."""
        offset = _whole_number(request, "offset", 0, minimum=0)
        limit = _whole_number(request, "limit", maximum, minimum=1)
        return cls(offset, min(limit, maximum))

    def links(self, request: Request, total: int) -> dict[str, str]:
        """Give `next` and `previous`, where there is such a page."""
        links = {}
        if self.offset + self.limit < total:
            links["next"] = self._link(request, self.offset + self.limit)
        if self.offset > 0:
            links["previous"] = self._link(request, max(0, self.offset - self.limit))
        return links

    def paging(self, request: Request, shown: int, total: int) -> dict[str, Any]:
        """Give ``meta.paging`` of a page that shows so many of all items."""
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
_DIGITS = 18  # of a number that the database takes


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
        For `offset`, `limit` and the links.
    kind : str
        Names the schema, such as ``import``.
    key : str
        Under which the items stand, such as ``imports``.
    items : sequence of mapping
        The whole collection.
    maximum : int
        Items that a page may hold.
    omit_empty : bool
        Leave the key out where the page has no items, as some endpoints do.
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
