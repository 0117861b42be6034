"""`PassedToken`: a token that came with a pickled connection."""

from __future__ import annotations

from functools import partial
from typing import Any

from anaplan_frames.auth.credentials import Credentials, LoginRequest, Token


class PassedToken(Credentials):
    """Use the token of the process that pickled the connection. It is not ended here.

    To prolong it, the token itself is enough, and its value stays the same. So each process that
    works with it does that ahead of its end, for all others.

    Parameters
    ----------
    token : Token
    prolongs : bool, default False
        Whether it is prolonged: one that the user has made is not, and one of OAuth cannot be.
    shared : bool, default False
        Whether it is for processes that never sign in, as executors are.
    """

    def __init__(self, token: Token, *, prolongs: bool = False, shared: bool = False) -> None:
        self.token: Token = token
        self._prolongs = prolongs and token.scheme == "AnaplanAuthToken"
        self.shared: bool = shared

    def __repr__(self) -> str:
        return "PassedToken('***')"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the token, which a pickled connection holds anyway."""
        make = partial(PassedToken, prolongs=self._prolongs, shared=self.shared)
        return make, (self.token,)

    def login(self) -> Token:
        """Return the token itself."""
        return self.token

    def refresh(self, token: Token) -> LoginRequest | None:
        """Return the request that prolongs the token, or None if it is not prolonged here."""
        return super().refresh(token) if self._prolongs else None

    @property
    def refusal_message(self) -> str:
        """The message for a token that Anaplan no longer accepts."""
        came = "the driver has handed over" if self.shared else "came with the pickled connection"
        text = (
            f"Anaplan no longer accepts the token that {came}: it lives for 35 minutes after it "
            "was made or prolonged, or until the first connection is closed. Processes prolong it "
            "while they use it, unless it is one of OAuth, or was given as a token. "
        )
        if self.shared:
            return text + "Run the job again; for a long one, sign in by a certificate or password."
        return text + (
            "A pickle holds no password or key. Pickle the connection again, or connect from "
            "environment variables (ANAPLAN_EMAIL and so on) or a profile that every process has: "
            "then each signs in."
        )
