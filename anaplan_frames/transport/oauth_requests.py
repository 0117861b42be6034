"""`OAuthRequests`: how the grants of OAuth reach Anaplan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from anaplan_frames.auth import LoginRequest
from anaplan_frames.clock import Clock
from anaplan_frames.transport import answer_bodies as bodies
from anaplan_frames.transport.answer_contract import Operations
from anaplan_frames.transport.calls import Call
from anaplan_frames.transport.failures import AnswerLost
from anaplan_frames.transport.retry import Sender
from anaplan_frames.transport.services import Service

_LABEL = "sign-in"
PATIENCE = 30.0  # seconds for an answer; a stored login is locked meanwhile


class OAuthRequests:
    """Sends the requests of a grant, without a token.

    Parameters
    ----------
    service : callable
        Returns the service of OAuth.
    sender : Sender
    operations : Operations
    clock : Clock
    timeout : float or (float, float)
        Seconds for a connection, and for the next byte of an answer.
    """

    def __init__(
        self,
        service: Callable[[], Service],
        sender: Sender,
        operations: Operations,
        clock: Clock,
        timeout: tuple[float, float] | float,
    ) -> None:
        self._timeout = timeout
        self._find = service
        self._sender = sender
        self._operations = operations
        self._clock = clock

    @property
    def _service(self) -> Service:
        return self._find()

    def url(self, path: str) -> str:
        """Return the address of a path, for a browser."""
        return self._service.url(path)

    def now(self) -> float:
        """Return the seconds since the epoch."""
        return self._clock.time()

    def sleep(self, seconds: float) -> None:
        """Wait; raises if the connection is closed or the time for the call is over."""
        self._sender.wait(seconds, _LABEL)

    def ask(self, request: LoginRequest) -> Mapping[str, Any] | None:
        """Return the JSON of an answer, also of one that has an ``error``.

        None if the answer to a request that is not repeatable was lost.
        """
        call = Call(
            "POST",
            self._service.url(request.path),
            _LABEL,
            {
                "json": request.body,
                "timeout": self._timeout,
                "headers": {"Accept": "application/json"},
            },
            self._service,
            self._operations.find(self._service.name, "POST", request.path),
            request.repeatable,
            login=request,
            refusal_message="Anaplan does not accept this sign-in.",
        )
        try:
            return self._sender.send(call, bodies.as_json, None)
        except AnswerLost:
            return None
