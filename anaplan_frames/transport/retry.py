"""`Sender`: sends a call in as many tries as it takes, each paced and signed."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from anaplan_frames import cancellation
from anaplan_frames.clock import Clock
from anaplan_frames.deadline import check_time, remaining_seconds
from anaplan_frames.errors import (
    AnaplanError,
    AuthenticationError,
    PermissionDenied,
    TransferError,
)
from anaplan_frames.transport import answer_bodies as bodies
from anaplan_frames.transport.answer_contract import NotAnswered
from anaplan_frames.transport.calls import Call, Timeout
from anaplan_frames.transport.early_connections import open_connections
from anaplan_frames.transport.failures import AnswerLost, Failure, of_exception, without_traceback
from anaplan_frames.transport.hosts import host_of, is_loopback
from anaplan_frames.transport.limiter import Limiter
from anaplan_frames.transport.regions import DEFAULT_REGION, region_hint, region_of
from anaplan_frames.transport.session import (
    Authorization,
    BrokenBody,
    CheckedResponse,
    make_session,
)
from anaplan_frames.transport.statuses import failure_of
from anaplan_frames.transport.token import HeldToken, TokenKeeper

_log = logging.getLogger("anaplan_frames")
_Result = TypeVar("_Result")

LONGEST_BACKOFF = 10.0  # seconds, as Anaplan advises for its rate limit
_REJECTED_LOGINS = 4  # how many tokens fresh from a login one call may see refused
_WORTH_SAYING = 30.0  # seconds; a longer wait is logged as a warning


class Sender:
    """The session, the limiter and the tries of each call, for all threads of a connection."""

    def __init__(
        self,
        *,
        max_connections: int,
        requests_per_minute: float | None,
        tries: int,
        proxies: Mapping[str, str] | None,
        verify: bool | str | None,
        clock: Clock,
    ) -> None:
        self._max_connections = max_connections
        self._session = make_session(max_connections)
        self._limiter = Limiter(requests_per_minute, clock)
        self._tries = max(1, tries)
        self.proxies = proxies
        self.verify = verify
        self._clock = clock
        self._closed = threading.Event()

    def send(
        self,
        call: Call,
        read: Callable[[CheckedResponse], _Result],
        keeper: TokenKeeper | None,
    ) -> _Result:
        """Return what `read` makes of the answer; if `read` finds its body broken, try again.

        Raises
        ------
        AnswerLost
            `call` is not repeatable and may have taken effect.
        AnaplanError
            No try succeeded, or a further one is useless.
        """
        doubtful = False
        failed = refused_tokens = rejected_logins = 0
        while True:
            held = self._ready(call, keeper)
            gone_is_done = doubtful and call.method == "DELETE"
            outcome = self._try(call, held, read, gone_is_done=gone_is_done)
            if not isinstance(outcome, Failure):
                if held is not None:
                    held.accepted = True
                return outcome
            failure = outcome
            if held is not None and keeper is not None and _is_token_refused(failure):
                # A token that has ended does not count as a try.
                refused_tokens += 1
                rejected_logins += not (held.prolonged or held.accepted)
                last = refused_tokens == self._tries or rejected_logins == _REJECTED_LOGINS
                if not last:
                    self._renew(held, keeper, failure, refused_tokens, call)
            else:
                failed += 1
                doubtful = doubtful or failure.doubtful
                last = not failure.again or call.is_unclear(failure) or failed == self._tries
                if not last:
                    self._pause(failure, failed, call)
            if call.look is not None and failure.refused:
                call.look(failure.error)
            if last:
                raise _final(call, failure)

    @property
    def request_count(self) -> int:
        """How many requests were sent, tries included."""
        return self._limiter.taken

    def give_up(self) -> None:
        """Send no more; a thread that waits gives up."""
        self._closed.set()

    def disconnect(self) -> None:
        """Close the connections that are idle; the next request opens one again."""
        self._session.close()

    def after_fork(self) -> None:
        """Use new connections and locks in a child process: the sockets are the parent's."""
        self._session = make_session(self._max_connections)
        self._limiter.after_fork()
        closed = self._closed.is_set()
        self._closed = threading.Event()
        if closed:
            self._closed.set()

    def open_connections(self, url: str, count: int, timeout: Timeout) -> None:
        """Begin to open connections for the requests that come next; do not wait for them."""
        open_connections(self._session, url, count, timeout=timeout, **self._route(url))

    def post_last(self, url: str, auth: Authorization, *, seconds: float) -> None:
        """Post without a body, once, ignore a failure, and close the connections."""
        try:
            response = self._session.post(
                url, auth=auth, timeout=seconds, allow_redirects=False, **self._route(url)
            )
            response.close()
        except (requests.RequestException, OSError, AnaplanError) as error:
            _log.debug("POST %s: %s", url, type(error).__name__)
        self.disconnect()

    def _ready(self, call: Call, keeper: TokenKeeper | None) -> HeldToken | None:
        """Wait for the turn of `call` and return its token; a login needs neither."""
        self._check_open(call.label)
        if keeper is None:
            return None
        self.wait(self._limiter.take(), call.label)
        return keeper.current()

    def _try(
        self,
        call: Call,
        held: HeldToken | None,
        read: Callable[[CheckedResponse], _Result],
        *,
        gone_is_done: bool,
    ) -> _Result | Failure:
        """Send `call` once. Exceptions come back as a `Failure`, without their frames.

        With `gone_is_done`, an answer that the target does not exist is a success.
        """
        auth = Authorization(call.service, held.token if held else None, call.login)
        try:
            response = cast(
                CheckedResponse,
                self._session.request(
                    call.method,
                    call.url,
                    auth=auth,
                    stream=True,
                    allow_redirects=False,
                    **_within_time(call.options),
                    **self._route(call.url),
                ),
            )
            response.label, response.operation = call.label, call.operation
            status = response.status_code
            _log.debug("%s %s: %d", call.method, call.url, status)
            # An earlier try, whose answer was lost, may have deleted it.
            done = gone_is_done and status in (404, 410)
            if not (200 <= status < 300 or done or status in call.operation.statuses):
                return failure_of(response, self._clock.time)
            if not done:
                bodies.check_head(response)
            return read(response)
        except TransferError as error:
            again = isinstance(error, BrokenBody | NotAnswered)
            return Failure(error, again=again, doubtful=True)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            _log.debug("%s %s: %s", call.method, call.url, type(error).__name__)
            return of_exception(error, call.label, call.url, call.service.setting)
        except BaseException as interrupt:
            raise without_traceback(interrupt)  # noqa: B904  its own frames hold the headers
        finally:
            cancellation.finish_request()

    def _route(self, url: str) -> dict[str, Any]:
        """Return the proxies and certificates for `url`, in a new dict: `requests` changes it."""
        proxies = dict(self.proxies or {})
        if not proxies and is_loopback(url):
            proxies["no_proxy"] = urlsplit(url).hostname or ""
        return {"proxies": proxies, "verify": self.verify}

    def _renew(
        self, held: HeldToken, keeper: TokenKeeper, failure: Failure, refused: int, call: Call
    ) -> None:
        """Get a fresh token: at once after the first refusal, and later after a pause."""
        if refused > 1:
            self._pause(failure, refused - 1, call)
        keeper.renew(held)

    def _pause(self, failure: Failure, attempt: int, call: Call) -> None:
        """Wait before the next try; too many requests make all threads wait."""
        seconds = failure.wait
        if seconds is None:
            seconds = random.uniform(1, min(LONGEST_BACKOFF, 2**attempt))
        level = logging.WARNING if seconds > _WORTH_SAYING else logging.DEBUG
        _log.log(level, "%s: trying again in %.0f s (%s)", call.label, seconds, failure.error)
        if failure.status == 429 and call.login is None:
            self._limiter.hold(seconds)
        else:
            self.wait(seconds, call.label)

    def wait(self, seconds: float, label: str) -> None:
        """Sleep in short steps, to notice that the connection is closed or the work given up."""
        self._check_open(label)
        while seconds > 0:
            limit = remaining_seconds()
            step = min(1.0, seconds) if limit is None else min(1.0, seconds, limit)
            self._clock.sleep(step)
            seconds -= step
            self._check_open(label)

    def _check_open(self, label: str) -> None:
        cancellation.check(label)
        check_time(label)
        if self._closed.is_set():
            raise AnaplanError(f"{label}: the connection is closed. Make a new one: connect().")


def _is_token_refused(failure: Failure) -> bool:
    # Some services say with 401, too, that the user needs a role.
    return failure.status == 401 and not isinstance(failure.error, PermissionDenied)


def _within_time(options: dict[str, Any]) -> dict[str, Any]:
    """Let no answer take longer than the time that the whole call has left."""
    limit = remaining_seconds()
    if limit is None:
        return options
    given = options.get("timeout")
    connect, read = given if isinstance(given, tuple) else (given, given)
    left = max(limit, 0.001)  # `requests` refuses 0
    timeout = tuple(left if each is None else min(each, left) for each in (connect, read))
    return options | {"timeout": timeout}


def _own_region_hint(url: str) -> str:
    """Return the hint for a sign-in at hosts of one region; most tenants sign in at shared ones."""
    host = host_of(url)
    return f" {region_hint(host)}" if region_of(host) not in (None, DEFAULT_REGION) else ""


def _final(call: Call, failure: Failure) -> AnaplanError:
    """Return the error of the last try, as the caller should see it."""
    if call.login is not None and failure.status in (400, 401, 403):
        says = f" Anaplan says: {failure.reason!r}." if failure.reason else ""
        return AuthenticationError(call.refusal_message + says + _own_region_hint(call.url))
    if call.login is not None and failure.status in (404, 405):
        return TransferError(
            f"{call.label}: {host_of(call.url)} is not Anaplan's authentication service. "
            f"Check {call.service.setting}."
        )
    if _is_token_refused(failure):
        same = "Check that api_url and auth_url belong to the same region."
        return AuthenticationError(
            f"{call.label}: Anaplan refuses the token that it gave a moment ago. "
            f"{region_hint(host_of(call.url)) or same}"
        )
    if call.is_unclear(failure):
        lost = AnswerLost(f"{failure.error} Whether Anaplan has acted on it is not known.")
        lost.__cause__ = failure.error
        return lost
    return failure.error
