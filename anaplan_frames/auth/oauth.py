"""`OAuthCredentials`: what the grants of OAuth share, from the stored login to its renewal."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from filelock import Timeout

from anaplan_frames.auth.credentials import Credentials, LoginRequest, OAuthService, Token
from anaplan_frames.auth.secret import Secret
from anaplan_frames.auth.stored_login import StoredLogin, digest, load_login
from anaplan_frames.auth.token_store import StoreLike, TokenStore, token_store
from anaplan_frames.errors import (
    AuthenticationError,
    ConfigurationError,
    SignInRequired,
    TransferError,
)

USUAL_SCOPE = "openid profile email offline_access"
TOKEN_PATH = "/oauth/token"
_LONGEST_LOCK = 150.0  # seconds; another process may wait for an answer
_LONGEST_TEXT = 300  # characters
_Made = TypeVar("_Made")
_LOST = (
    "sign-in: the answer that renews the stored login was lost twice. Try again. If Anaplan has "
    "ended the refresh token meanwhile, you are then asked to sign in."
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer without a token.

    Attributes
    ----------
    error : str
        Its OAuth error code, or an empty text.
    says : str
        What Anaplan says, without secrets.
    """

    error: str
    says: str

    def as_error(self, client_id: str) -> AuthenticationError:
        """Return the error for a refusal that the user cannot wait for."""
        return AuthenticationError(
            f"Anaplan does not accept the OAuth client {client_id}: {self.says!r}. Check the "
            "client id, its secret, that the client was made for this kind of sign-in, and the "
            "region: a client belongs to one tenant, and connect(region=...) says where that is."
        )


def refusal_of(answer: Mapping[str, Any], secrets: Iterable[Secret[str]] = ()) -> Refusal:
    """Read an answer without a token, so that no variable holds what else is in it."""
    code, text = answer.get("error"), answer.get("error_description")
    says = " ".join(str(text or code or "no token came").split())
    for secret in secrets:
        says = says.replace(secret.reveal(), "***")
    return Refusal(code if isinstance(code, str) else "", says[:_LONGEST_TEXT])


class OAuthCredentials(Credentials):
    """A grant of OAuth.

    Its access token, and the refresh token that renews it, are kept in a store that all processes
    share. A refresh token that was received is in the store before anything else is done.

    Parameters
    ----------
    client_id : str
        As a Tenant Security Admin gave it: 32 hexadecimal digits.
    client_secret : Secret, optional
    refresh_token : Secret, optional
        One that the user has.
    store : "auto", path, TokenStore or None
    rotatable : bool
        Whether each refresh ends the refresh token before it.
    scope : str
    """

    def __init__(
        self,
        client_id: str,
        client_secret: Secret[str] | None,
        refresh_token: Secret[str] | None,
        *,
        store: StoreLike,
        rotatable: bool,
        scope: str,
    ) -> None:
        if not client_id or not client_id.isalnum():
            raise ConfigurationError(
                f"{type(self).__name__} needs the client id of an OAuth client: 32 hexadecimal "
                f"digits, not {client_id!r}. A Tenant Security Admin makes one in Anaplan."
            )
        self.client_id: str = client_id
        self.rotatable: bool = rotatable
        self.scope: str = scope
        self._store = token_store(store, client_id)
        self._given = StoredLogin(
            client_id, client_secret, refresh_token, given=digest(refresh_token)
        )
        self._memory: StoredLogin | None = None
        self._renews = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.client_id!r})"

    @property
    def store(self) -> TokenStore | None:
        """Where the login is kept."""
        return self._store

    @abstractmethod
    def sign_in(self, service: OAuthService) -> Token:
        """Have the user sign in, keep the login, and return its access token.

        Raises
        ------
        SignInRequired
            If nobody can be asked here.
        """

    def obtain(self, service: OAuthService, refused: Token | None) -> Token:
        """Return the stored access token, or a new one."""
        if self._renews:
            self._renews = False
            return self.sign_in(service)
        token = finished(lambda: self._stored_or_renewed(service, refused))
        return self.sign_in(service) if token is None else token

    def exchange(
        self, service: OAuthService, request: LoginRequest, *secrets: Secret[str]
    ) -> Token | Refusal:
        """Ask for tokens and keep them; return the access token, or why there is none.

        Parameters
        ----------
        service : OAuthService
        request : LoginRequest
        *secrets : Secret
            What is in the request, and must not be in a message.
        """
        return finished(lambda: self._exchanged(service, request, secrets))

    def renew_login(self) -> None:
        """Have the user sign in at the next request, even if a login is stored."""
        self._renews = True

    def forget(self) -> None:
        """Remove the stored login from its store."""
        self._memory = None
        if self._store is not None:
            with locked(self._store):
                self._store.save("")

    @property
    def account(self) -> str:
        """The client, of which each user of a machine has one login."""
        return f"client {self.client_id}"

    @property
    def refusal_message(self) -> str:
        """The message for a request that Anaplan refuses."""
        return (
            f"Anaplan does not accept a sign-in with the OAuth client {self.client_id}. Sign in "
            f"again: {self.command}"
        )

    @property
    def command(self) -> str:
        """The command that signs in."""
        return f"anaplan-frames login --client-id {self.client_id}"

    def sign_in_required(self, why: str) -> SignInRequired:
        """Return the error that says that somebody must sign in."""
        return SignInRequired(f"{why} Sign in: {self.command}", self.command)

    def _stored_or_renewed(self, service: OAuthService, refused: Token | None) -> Token | None:
        with locked(self._store):
            login = self._load()
            token = login.token(service.now(), refused)
            if token is not None or login.refresh_token is None:
                return token
            renewed = self._renewed(service, login)
            if isinstance(renewed, Refusal):
                if renewed.error == "invalid_grant":
                    return None
                raise renewed.as_error(self.client_id)
            self._save(renewed)
            return renewed.access()

    def _exchanged(
        self, service: OAuthService, request: LoginRequest, secrets: Iterable[Secret[str]]
    ) -> Token | Refusal:
        with locked(self._store):  # before a token comes that must be stored
            answer = service.ask(request)
            if answer is None:
                raise self.sign_in_required("The answer to the sign-in was lost.")
            if not _has_token(answer):
                return refusal_of(answer, secrets)
            login = replace(self._given, refresh_token=None).renewed(answer, service.now())
            del answer
            self._save(login)
        return login.access()

    def _load(self) -> StoredLogin:
        """Return the login that counts: a refresh token that the user passes is newer."""
        stored = self._memory if self._store is None else load_login(self._store)
        given = self._given
        if stored is None or stored.client_id != self.client_id:
            return given
        if given.refresh_token is not None and stored.given != given.given:
            return given
        return replace(stored, client_secret=given.client_secret or stored.client_secret)

    def _save(self, login: StoredLogin) -> None:
        self._memory = login
        if self._store is not None:
            login.save(self._store)

    def _renewed(self, service: OAuthService, login: StoredLogin) -> StoredLogin | Refusal:
        """Refresh.

        If the answer is lost, Anaplan may have ended the refresh token, or not have had the
        request: so it is asked once more with the same one.
        """
        request = self.refresh_request(login)
        answer = service.ask(request) or service.ask(request)
        if answer is None:
            raise TransferError(_LOST)
        if not _has_token(answer):
            return refusal_of(answer, _secrets(login))
        return login.renewed(answer, service.now())

    def refresh_request(self, login: StoredLogin) -> LoginRequest:
        """Return the request that renews a login."""
        assert login.refresh_token is not None
        body = {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "refresh_token": login.refresh_token.reveal(),
        }
        if login.client_secret is not None:
            body["client_secret"] = login.client_secret.reveal()
        # A refresh token that stays the same may be sent as often as it takes.
        return LoginRequest(TOKEN_PATH, {}, body, "oauth", repeatable=not self.rotatable)


def finished(work: Callable[[], _Made]) -> _Made:
    """Do what must not be cut off, in a thread of its own, and return what it returns.

    An interrupt ends the waiting for it, and not the work: the answer of a refresh is still stored.
    """
    future: Future[_Made] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    context = copy_context()
    threading.Thread(target=lambda: context.run(run), name="anaplan-login").start()
    return future.result()


@contextmanager
def locked(store: TokenStore | None) -> Iterator[None]:
    """Hold the lock of a store.

    Raises
    ------
    AuthenticationError
        Another process holds it for too long.
    """
    if store is None:
        yield
        return
    lock = store.lock()
    if hasattr(lock, "timeout"):
        lock.timeout = _LONGEST_LOCK
    try:
        lock.__enter__()
    except Timeout:
        raise AuthenticationError(
            f"Another process has held the stored login {store!r} for more than "
            f"{_LONGEST_LOCK:.0f} s. End it, and try again."
        ) from None
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def _secrets(login: StoredLogin) -> tuple[Secret[str], ...]:
    return tuple(each for each in (login.refresh_token, login.client_secret) if each is not None)


def _has_token(answer: Mapping[str, Any]) -> bool:
    return isinstance(answer.get("access_token"), str) and bool(answer["access_token"])
