"""Credentials, which build login and refresh requests and open certificates and keystores."""

from anaplan_frames.auth.certificate import CertificateAuth
from anaplan_frames.auth.credentials import (
    BasicAuth,
    Credentials,
    LoginRequest,
    Token,
    TokenAuth,
)
from anaplan_frames.auth.keystore import KeystoreAuth

__all__ = [
    "BasicAuth",
    "CertificateAuth",
    "Credentials",
    "KeystoreAuth",
    "LoginRequest",
    "Token",
    "TokenAuth",
]
