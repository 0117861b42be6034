"""`SignedLogin`: what `CertificateAuth` and `KeystoreAuth` share.

Both import what needs `cryptography` only when one is made, as that takes long and few need it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from anaplan_frames.auth.credentials import Credentials, LoginRequest
from anaplan_frames.auth.data_format import DataFormat

if TYPE_CHECKING:
    from anaplan_frames.auth.identity import Identity


class SignedLogin(Credentials):
    """A credential that signs in with a key and certificate of any source."""

    _identity: Identity
    _data_format: DataFormat = "v2"

    def __repr__(self) -> str:
        # A traceback may show an object whose constructor has failed.
        identity: Identity | None = getattr(self, "_identity", None)
        shown = f"{identity.origin}, of {identity.subject!r}" if identity else "not opened"
        return f"{type(self).__name__}({shown})"

    def login(self) -> LoginRequest:
        """Return a request with fresh signed data; AuthenticationError if it has expired."""
        return self._identity.login(self._data_format)

    @property
    def account(self) -> str:
        """The fingerprint of the certificate."""
        return f"certificate {self._identity.fingerprint}"

    @property
    def refusal_message(self) -> str:
        """The message for a certificate that Anaplan refuses."""
        return self._identity.refusal_message
