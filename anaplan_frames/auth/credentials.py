"""`Credentials`, and the two kinds that need no key: a password and a ready token.

A credential builds login and refresh requests and reads their answers. It holds no connection and
no token: the transport sends the requests, keeps the token and renews it.
"""

from __future__ import annotations

import base64
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from anaplan_frames.auth.secret import Secret
from anaplan_frames.errors import AuthenticationError, ConfigurationError


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """A POST that signs in; its repr hides headers and body.

    Attributes
    ----------
    path : str
        The path in the service, such as ``"/token/authenticate"``.
    headers : Mapping of str to str
    body : Mapping or None
        Sent as JSON.
    service : str
        The name of the service that it is sent to: ``"auth"`` or ``"oauth"``.
    repeatable : bool
        Whether it may be sent again if its answer was lost.
    """

    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    service: str = "auth"
    repeatable: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    """A token of the service, compared by identity, as a refresh may give the same value again.

    Attributes
    ----------
    value : str
    expires_at : float or None
        Seconds since the epoch by the service's clock; None if it is unknown.
    scheme : str
        The word before the token in the ``Authorization`` header: ``"AnaplanAuthToken"``, or
        ``"Bearer"`` for a token of OAuth. Services that want another word are sent that.
    """

    value: str = field(repr=False)
    expires_at: float | None = None
    scheme: str = "AnaplanAuthToken"


class OAuthService(Protocol):
    """Sends the requests of a grant of OAuth."""

    def url(self, path: str) -> str:
        """Return the address of a path, for a browser."""

    def now(self) -> float:
        """Return the seconds since the epoch."""

    def sleep(self, seconds: float) -> None:
        """Wait; raises if the connection is closed or the time for the call is over."""

    def ask(self, request: LoginRequest) -> Mapping[str, Any] | None:
        """Return the JSON of an answer, also of one that has an ``error``.

        None: the answer to a request that is not repeatable was lost; Anaplan may have acted on it.

        Raises
        ------
        TransferError
            Anaplan cannot be reached.
        """


class Credentials(ABC):
    """How to sign in."""

    def obtain(self, service: OAuthService, refused: Token | None) -> Token | None:
        """Return a token that takes a dialog with `service`.

        None, the default: `login` returns the request.

        Parameters
        ----------
        service : OAuthService
        refused : Token or None
            The last token, which is not accepted any more.
        """
        return None

    def login(self) -> LoginRequest | Token:
        """Return the request that signs in, or a token if no request is needed."""
        raise NotImplementedError

    def refresh(self, token: Token) -> LoginRequest | None:
        """Return the request that prolongs `token`, or None if that is not possible."""
        return LoginRequest("/token/refresh", {"Authorization": f"{token.scheme} {token.value}"})

    def read(self, answer: Mapping[str, Any]) -> Token:
        """Return the token in the answer to a login or refresh request.

        Raises
        ------
        AuthenticationError
            The answer holds no token.
        """
        info = answer.get("tokenInfo")
        value = info.get("tokenValue") if isinstance(info, Mapping) else None
        if not isinstance(info, Mapping) or not isinstance(value, str) or not value:
            raise AuthenticationError(
                "The authentication service answered the login without a token. "
                "Check that auth_url is the host of Anaplan's authentication service."
            )
        expires = info.get("expiresAt")  # milliseconds
        if not isinstance(expires, int | float) or expires <= 0:
            return Token(value)
        return Token(value, expires / 1000)

    def elsewhere(self) -> Credentials | None:
        """Return what another process signs in with, without a secret in its pickle.

        None, the default: there is nothing, and the token is handed over.
        """
        return None

    def __reduce__(self) -> tuple[Any, ...]:
        """Refuse to be pickled, as the pickle would hold a secret."""
        raise TypeError(
            f"{type(self).__name__} is not pickled, as the pickle would hold a secret. Pickle the "
            "connection, or connect from environment variables or a profile in each process."
        )

    @property
    def account(self) -> str | None:
        """What stands for the user: the same text in every run, and not a secret.

        None, the default: it is not known.
        """
        return None

    @property
    @abstractmethod
    def refusal_message(self) -> str:
        """The message for a login that Anaplan refuses, with what to do about it."""


class BasicAuth(Credentials):
    """Sign in with an email address and a password.

    Parameters
    ----------
    email : str
        The user's address in Anaplan.
    password : str
        If the company signs in by SSO, only exception users have one.

    Raises
    ------
    ConfigurationError
        Email or password is empty.
    """

    def __init__(self, email: str, password: str) -> None:
        secret = Secret(password)
        del password
        if not email or not secret.reveal():
            missing = "email" if not email else "password"
            raise ConfigurationError(
                f"BasicAuth needs an email and a password; the {missing} is empty."
            )
        if ":" in email:
            raise ConfigurationError(
                f"The email {email!r} contains a colon, which a sign-in by password does not "
                "allow. Check it."
            )
        self.email = email
        self._password = secret

    def __repr__(self) -> str:
        # A traceback may show an object whose constructor has failed.
        return f"BasicAuth({getattr(self, 'email', '')!r}, password='***')"

    def login(self) -> LoginRequest:
        """Return the request that signs in with email and password."""
        pair = f"{self.email}:{self._password.reveal()}".encode()
        return LoginRequest(
            "/token/authenticate",
            {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"},
        )

    @property
    def account(self) -> str:
        """The email address."""
        return f"email {self.email}"

    @property
    def refusal_message(self) -> str:
        """The message for a password that Anaplan refuses."""
        return (
            f"Anaplan does not accept the email {self.email!r} with this password. Check both; "
            "if your company signs in by SSO, only an exception user has a password, and "
            "others use CertificateAuth."
        )


class TokenAuth(Credentials):
    """Use a token that was made elsewhere. It is neither renewed nor logged out.

    Parameters
    ----------
    token : str
        The value alone, or with ``AnaplanAuthToken`` or ``Bearer`` before it. A token lives
        35 minutes, so this is for short jobs.

    Raises
    ------
    ConfigurationError
        The token is empty or is not one word.
    """

    def __init__(self, token: str) -> None:
        words = [Secret(word) for word in token.split()]
        del token
        scheme = "AnaplanAuthToken"
        if words and words[0].reveal() in ("AnaplanAuthToken", "Bearer"):
            scheme = words.pop(0).reveal()
        if len(words) != 1 or not words[0].reveal().isascii():
            raise ConfigurationError("TokenAuth needs a token: one word, as Anaplan gave it.")
        self._scheme = scheme
        self._token = words[0]

    def __repr__(self) -> str:
        return "TokenAuth('***')"

    def login(self) -> Token:
        """Return the token itself."""
        return Token(self._token.reveal(), scheme=self._scheme)

    def refresh(self, token: Token) -> None:
        """Return None: the token belongs to the caller."""
        return None

    @property
    def refusal_message(self) -> str:
        """The message for a token that Anaplan no longer accepts."""
        return (
            "Anaplan does not accept the token given to TokenAuth; a token lives for 35 minutes. "
            "Make a new one, or use BasicAuth or CertificateAuth, which renew theirs by themselves."
        )
