"""Credentials, which build login and refresh requests and open certificates and keystores."""

from anaplan_frames.auth.browser_grant import BrowserAuth
from anaplan_frames.auth.certificate import CertificateAuth
from anaplan_frames.auth.credentials import (
    BasicAuth,
    Credentials,
    LoginRequest,
    OAuthService,
    Token,
    TokenAuth,
)
from anaplan_frames.auth.device_grant import DeviceAuth
from anaplan_frames.auth.keystore import KeystoreAuth
from anaplan_frames.auth.refresh_grant import RefreshTokenAuth
from anaplan_frames.auth.token_store import FileStore, KeyringStore, TokenStore

__all__ = [
    "BasicAuth",
    "BrowserAuth",
    "CertificateAuth",
    "Credentials",
    "DeviceAuth",
    "FileStore",
    "KeyringStore",
    "KeystoreAuth",
    "LoginRequest",
    "OAuthService",
    "RefreshTokenAuth",
    "Token",
    "TokenAuth",
    "TokenStore",
]
