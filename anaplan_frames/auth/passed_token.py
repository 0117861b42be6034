"""`PassedToken`: a token that came with a pickled connection."""

from __future__ import annotations

from anaplan_frames.auth.credentials import Credentials, Token


class PassedToken(Credentials):
    """Use the token of the process that pickled the connection; it is neither renewed nor ended.

    Parameters
    ----------
    token : Token
    """

    def __init__(self, token: Token) -> None:
        self._token = token

    def __repr__(self) -> str:
        return "PassedToken('***')"

    def login(self) -> Token:
        """Return the token itself."""
        return self._token

    def refresh(self, token: Token) -> None:
        """Return None: the token belongs to the process that made it."""
        return None

    @property
    def refusal_message(self) -> str:
        """The message for a token that Anaplan no longer accepts."""
        return (
            "Anaplan no longer accepts the token that came with the pickled connection: it lives "
            "for 35 minutes, or until the connection that was pickled is closed. A pickle holds no "
            "password or key. Pickle the connection again, or connect from environment variables "
            "(ANAPLAN_EMAIL and so on) or a profile that every process has: then each signs in."
        )
