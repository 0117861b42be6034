"""The token of a connection: made at the first call, renewed once for all threads."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from anaplan_frames.auth import Credentials, LoginRequest, OAuthService, Token
from anaplan_frames.clock import Clock
from anaplan_frames.errors import AnaplanError, AuthenticationError, TransferError

_log = logging.getLogger("anaplan_frames")
_LONGEST_IDLE = 30.0  # seconds
_SHORTEST_WAIT = 2.0  # seconds that a lent token lives for one more try to be of use

Ask = Callable[[LoginRequest], tuple[Mapping[str, Any], float | None]]


@dataclass(slots=True, eq=False)
class HeldToken:
    """A token in use.

    Attributes
    ----------
    token : Token
    renew_at : float or None
        When to renew it before its end, by the monotonic clock; None: when it is refused.
    ends_at : float or None
        When it ends, by the monotonic clock.
    owned : bool
        Whether this connection made it, and so may log it out.
    lent : bool
        Whether a connection in another process made it, so that it may be prolonged here, too.
    prolonged : bool
        Whether it comes from a refresh and not from a login.
    accepted : bool
        Whether a call with it has succeeded.
    """

    token: Token
    renew_at: float | None = None
    ends_at: float | None = None
    owned: bool = True
    lent: bool = False
    prolonged: bool = False
    accepted: bool = False

    @property
    def may_be_prolonged(self) -> bool:
        """Whether a refresh can be expected to succeed."""
        return self.lent or (self.owned and self.accepted)


class TokenKeeper:
    """Keeps the token for all threads of a connection.

    Parameters
    ----------
    credentials : Credentials
    ask : callable
        Sends a `LoginRequest` and returns its answer and the service's own time (seconds since
        the epoch, or None); raises AuthenticationError if it is refused.
    clock : Clock
    oauth : OAuthService
        Sends the requests of credentials that take a dialog.
    """

    def __init__(
        self, credentials: Credentials, ask: Ask, clock: Clock, oauth: OAuthService
    ) -> None:
        self._oauth = oauth
        self._credentials = credentials
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._held: HeldToken | None = None
        self._turns = 0
        self._failure: AnaplanError | None = None

    @property
    def held(self) -> HeldToken | None:
        """The token as it is now, without signing in."""
        return self._held

    def current(self) -> HeldToken:
        """Return the token to use; signs in or renews it if needed."""
        held = self._held
        if held is None:
            return self.renew(None)
        if held.renew_at is None or self._clock.monotonic() < held.renew_at:
            return held
        try:
            return self.renew(held)
        except AnaplanError:
            if held.ends_at is not None and self._clock.monotonic() >= held.ends_at:
                raise
            _log.debug("the token could not be renewed ahead of time; it is used to its end")
            held.renew_at = self._next_try(held)
            return held

    def prolonged(self) -> HeldToken:
        """Return a token that lives as long as it can: one of ours is refreshed ahead of time."""
        held = self.current()
        if not held.may_be_prolonged:
            return held
        try:
            return self.renew(held)
        except AnaplanError:
            _log.debug("the token could not be prolonged; it is used as it is")
            return held

    def renew(self, held: HeldToken | None) -> HeldToken:
        """Replace `held` by a fresh token, unless another thread has done so meanwhile.

        Threads that waited for a renewal that failed raise its error, too: a wrong password is sent
        once, not once per thread.
        """
        turn = self._turns
        with self._lock:
            if self._held is not None and self._held is not held:
                return self._held
            if self._turns != turn and self._failure is not None:
                raise type(self._failure)(str(self._failure))
            try:
                self._held = self._fresh(held)
                self._failure = None
            except AnaplanError as error:
                self._failure = error
                raise
            finally:
                self._turns += 1
            return self._held

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew the token ahead of its end while a block runs that may send nothing for long.

        A thread does it. If it fails, the next request finds out.
        """
        ended = threading.Event()

        def renew_in_time() -> None:
            while not ended.wait(self._idle_seconds()):
                try:
                    self.current()
                except AnaplanError as error:
                    _log.debug("the token could not be renewed ahead of time: %s", error)
                    return

        thread = threading.Thread(target=renew_in_time, name="anaplan-token", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()

    def _idle_seconds(self) -> float:
        """Return for how long the token needs no look."""
        held = self._held
        if held is None:
            return 0.0
        if held.renew_at is None:
            return _LONGEST_IDLE
        return max(0.0, min(_LONGEST_IDLE, held.renew_at - self._clock.monotonic()))

    def _next_try(self, held: HeldToken) -> float | None:
        """Return when to try again after a renewal that failed; no login can replace a lent one."""
        if not held.lent or held.ends_at is None:
            return None
        now = self._clock.monotonic()
        left = held.ends_at - now
        return now + left / 2 if left > _SHORTEST_WAIT else None

    def forget(self) -> HeldToken | None:
        """Drop the token, so that the next call signs in, and return it."""
        with self._lock:
            held, self._held = self._held, None
            return held

    def after_fork(self) -> None:
        """Keep the token in a child process as one of the parent's, neither refreshed nor ended."""
        self._lock = threading.Lock()  # another thread of the parent may have held it
        if self._held is not None:
            self._held = replace(self._held, owned=False)

    def _fresh(self, held: HeldToken | None) -> HeldToken:
        """Refresh our own token if it was accepted before; otherwise, or if refused, log in."""
        if held is not None and held.may_be_prolonged:
            refresh = self._credentials.refresh(held.token)
            if refresh is not None:
                try:
                    return self._made(refresh, prolonged=True, lent=held.lent)
                except TransferError:
                    raise
                except AnaplanError:
                    _log.debug("the token cannot be prolonged any more; signing in again")
        token = self._credentials.obtain(self._oauth, held.token if held is not None else None)
        if token is not None:
            return self._timed(HeldToken(token, owned=False), self._clock.time())
        login = self._credentials.login()
        if isinstance(login, LoginRequest):
            return self._made(login, prolonged=False)
        if held is not None:
            raise AuthenticationError(self._credentials.refusal_message)
        lent = self._credentials.refresh(login) is not None
        return self._timed(HeldToken(login, owned=False, lent=lent), self._clock.time())

    def _made(self, request: LoginRequest, *, prolonged: bool, lent: bool = False) -> HeldToken:
        """Send `request`; the lifetime counts from the service's time, as ours may be wrong."""
        answer, service_time = self._ask(request)
        token = self._credentials.read(answer)
        _log.debug("token %s", "prolonged" if prolonged else "made by a login")
        made = HeldToken(token, owned=not lent, lent=lent, prolonged=prolonged)
        return self._timed(made, service_time or self._clock.time())

    def _timed(self, made: HeldToken, now_there: float) -> HeldToken:
        """Note when to renew a token; `now_there` is the time by the clock that its end is of."""
        if made.token.expires_at is not None:
            lifetime = made.token.expires_at - now_there
            if lifetime > 0:
                now = self._clock.monotonic()
                made.ends_at = now + lifetime
                made.renew_at = made.ends_at - min(300.0, lifetime / 5)
            elif made.lent:
                made.renew_at = self._clock.monotonic()  # others prolong it; for how long is asked
        return made
