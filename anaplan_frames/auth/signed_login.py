"""What `CertificateAuth` and `KeystoreAuth` share.

Both load what needs `cryptography` only when one is made: that takes a while, and few need it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from anaplan_frames.auth.credentials import Credentials, LoginRequest
from anaplan_frames.errors import ConfigurationError

if TYPE_CHECKING:
    from anaplan_frames.auth.identity import Identity

DataFormat = Literal["v1", "v2"]


class SignedLogin(Credentials):
    """A credential that signs in with a key and certificate, wherever it found them."""

    _identity: Identity
    _data_format: DataFormat = "v2"

    def __repr__(self) -> str:
        # A traceback may show an object whose making has failed.
        identity: Identity | None = getattr(self, "_identity", None)
        shown = f"{identity.origin}, of {identity.subject!r}" if identity else "not opened"
        return f"{type(self).__name__}({shown})"

    def login(self) -> LoginRequest:
        """Return a request with fresh signed data; AuthenticationError if it has expired."""
        return self._identity.login(self._data_format)

    @property
    def refusal_message(self) -> str:
        """What to say when Anaplan refuses the certificate."""
        return self._identity.refusal_message


def check_data_format(data_format: str) -> DataFormat:
    """Return `data_format`, or raise ConfigurationError if there is no such format."""
    if data_format == "v1":
        return "v1"
    if data_format == "v2":
        return "v2"
    raise ConfigurationError(f"data_format={data_format!r}: there are 'v2' (now usual) and 'v1'.")
