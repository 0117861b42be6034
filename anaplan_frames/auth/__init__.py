"""Credentials: they build login and refresh requests, and open certificates and keystores."""

from anaplan_frames.auth.credentials import (
    BasicAuth,
    Credentials,
    LoginRequest,
    Token,
    TokenAuth,
)

__all__ = ["BasicAuth", "Credentials", "LoginRequest", "Token", "TokenAuth"]
