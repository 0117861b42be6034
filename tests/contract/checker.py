"""Checks every answer that passes through an ASGI app against the contract."""

from __future__ import annotations

import gzip
import json
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

from tests.contract.contract import JSON, JSON_TYPES, Body, Contract
from tests.contract.overlay import NO_OPERATION

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Record:
    """What was answered, and what of it broke the contract; safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._violations: list[str] = []
        self.seen: Counter[tuple[str, str]] = Counter()  # (operation, status)

    def add(self, operation: str, status: int, violations: list[str]) -> None:
        """Note one answer."""
        with self._lock:
            self.seen[operation, str(status)] += 1
            self._violations += violations

    def take(self) -> list[str]:
        """Return the violations since the last call."""
        with self._lock:
            taken, self._violations = self._violations, []
        return taken


def faults_of(
    contract: Contract, method: str, path: str, status: int, media: str, content: bytes
) -> Iterator[str]:
    """Say what is wrong with one answer; `media` is its content type without parameters."""
    if method == "HEAD":
        return
    operation = contract.find(method, path)
    if operation is None:
        yield from _faults_of_no_operation(contract, path, status, media, content)
        return
    answers = operation.answers.get(str(status))
    if answers is None:
        yield f"status {status} is not documented, only {', '.join(sorted(operation.answers))}"
    elif not answers:
        if content:
            yield f"status {status} is documented without content, but {len(content)} bytes came"
    elif media not in answers:
        yield f"content type {media!r} is not documented, only {', '.join(answers)}"
    elif media in JSON_TYPES:
        # The other services' pages have no links.
        yield from _faults_of_json(answers[media], content, linked=path.startswith("/2/0"))


def _faults_of_no_operation(
    contract: Contract, path: str, status: int, media: str, content: bytes
) -> Iterator[str]:
    known = contract.has_path(path)
    right = {"401", "405" if known else "404"} & set(NO_OPERATION)
    if str(status) not in right:
        yield f"neither file nor overlay knows this operation, so {status} cannot be its answer"
    elif not path.startswith("/2/0") and media in JSON_TYPES:
        return  # the other services have error forms of their own
    elif media != JSON:
        yield f"an error is answered as {JSON}, not {media!r}"
    else:
        yield from _faults_of_json(contract.error, content)


def _faults_of_json(body: Body | None, content: bytes, *, linked: bool = True) -> Iterator[str]:
    try:
        answer = json.loads(content)
    except ValueError as error:
        yield f"no JSON: {error}"
        return
    if body is not None:
        yield from body.faults(answer)
    if linked:
        yield from _faults_of_paging(answer)


def _faults_of_paging(answer: Any) -> Iterator[str]:
    """Compare ``meta.paging`` with the page, as the schema describes it in words."""
    meta = answer.get("meta") if isinstance(answer, dict) else None
    paging = meta.get("paging") if isinstance(meta, dict) else None
    if not isinstance(paging, dict) or not {"currentPageSize", "totalSize", "offset"} <= {*paging}:
        return
    lengths = [len(value) for value in answer.values() if isinstance(value, list)] or [0]
    size, total, offset = paging["currentPageSize"], paging["totalSize"], paging["offset"]
    if lengths != [size]:
        yield f"meta.paging.currentPageSize is {size}, but the page has {lengths} items"
    if ("next" in paging) != (offset + size < total):
        yield f"meta.paging.next must be there only if more follows: {paging}"
    if ("previous" in paging) != (offset > 0):
        yield f"meta.paging.previous must be there only past the first page: {paging}"


class Checked:
    """An ASGI app that passes everything on to another and notes what it answers."""

    def __init__(self, app: App, contract: Contract, record: Record) -> None:
        self.app = app
        self._contract = contract
        self._record = record

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or _is_console(scope["path"]):
            await self.app(scope, receive, send)
            return
        answer = _Answer()

        held: list[Message] = []

        async def note(message: Message) -> None:
            # Checked before the client has it, so that a test cannot end before its fault is known.
            # An answer without content is whole with its start, which therefore waits.
            complete = answer.is_complete_with(message)
            held.append(message)
            if message["type"] == "http.response.start":
                return
            if complete:
                self._note(scope["method"], scope["path"], answer)
            while held:
                await send(held.pop(0))

        await self.app(scope, receive, note)

    def _note(self, method: str, path: str, answer: _Answer) -> None:
        operation = self._contract.find(method, path)
        try:
            faults = list(
                faults_of(self._contract, method, path, answer.status, answer.media, answer.content)
            )
        except Exception as error:  # a fault of the check must fail the test too
            faults = [f"the check itself failed: {error!r}"]
        name = str(operation or f"{method} (no operation)")
        self._record.add(
            name,
            answer.status,
            [f"{name}: {fault} [{method} {path} -> {answer.status}]" for fault in faults],
        )


def _is_console(path: str) -> bool:
    """Return whether a path belongs to the sandbox's own pages, which the service does not have."""
    return path == "/" or path.startswith("/console/")


class _Answer:
    """Gathers the messages of one answer; of a body that is not JSON only the beginning."""

    def __init__(self) -> None:
        self.status = 0
        self.media = ""
        self._encoding = ""
        self._content = bytearray()

    def is_complete_with(self, message: Message) -> bool:
        """Take a message in and say whether it was the last."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = {key.lower(): value.decode("latin-1") for key, value in message["headers"]}
            self.media = headers.get(b"content-type", "").partition(";")[0].strip().lower()
            self._encoding = headers.get(b"content-encoding", "")
            return False
        if message["type"] != "http.response.body":
            return False
        if self.media in JSON_TYPES or not self._content:
            self._content += message.get("body", b"")
        return not message.get("more_body", False)

    @property
    def content(self) -> bytes:
        content = bytes(self._content)
        whole = self._encoding == "gzip" and self.media in JSON_TYPES
        return gzip.decompress(content) if whole else content
