"""`Identity`: a private key with its certificate, both checked; signs the login."""

from __future__ import annotations

import base64
import datetime
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from anaplan_frames.auth.credentials import LoginRequest
from anaplan_frames.auth.data_format import DataFormat
from anaplan_frames.errors import AuthenticationError

_RANDOM_BYTES = 128  # Anaplan asks for at least 100


@dataclass(frozen=True, slots=True)
class Identity:
    """The leaf certificate and its key.

    Attributes
    ----------
    certificate : x509.Certificate
    origin : str
        Where it comes from, in words: ``"certificate 'cert.pem'"``.
    """

    certificate: x509.Certificate
    origin: str
    _key: rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def of(cls, key: object, chain: Sequence[x509.Certificate], origin: str) -> Identity:
        """Find the certificate of `key` in `chain`.

        Raises
        ------
        AuthenticationError
            The key is not an RSA key, no certificate belongs to it, or that is out of date.
        """
        if not isinstance(key, rsa.RSAPrivateKey):
            raise AuthenticationError(
                f"The private key of {origin} is not an RSA key, and Anaplan takes only those. "
                "Have a certificate made for an RSA key."
            )
        public = _public_bytes(key.public_key())
        own = [each for each in chain if _key_of(each) == public]
        if not own:
            holders = ", ".join(repr(subject_of(each)) for each in chain)
            raise AuthenticationError(
                f"The private key does not belong to {origin}, which is for {holders}. "
                "Give the key that the certificate was made with."
            )
        # A chain may hold a renewed certificate and the old one of the same key.
        newest = max(own, key=lambda each: each.not_valid_after_utc)
        identity = cls(newest, origin, key)
        identity.check_dates()
        return identity

    @property
    def subject(self) -> str:
        """The holder's common name, or the whole name if there is none."""
        return subject_of(self.certificate)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate in hexadecimal digits."""
        return self.certificate.fingerprint(SHA256()).hex()

    def check_dates(self) -> None:
        """Raise AuthenticationError unless the certificate is valid today."""
        now = datetime.datetime.now(datetime.UTC)
        first, last = self.certificate.not_valid_before_utc, self.certificate.not_valid_after_utc
        if now > last:
            raise AuthenticationError(
                f"The {self.origin} of {self.subject!r} expired on {last:%Y-%m-%d}. "
                "Have a new one made, and register it with Anaplan."
            )
        if now < first:
            raise AuthenticationError(
                f"The {self.origin} of {self.subject!r} is not valid before {first:%Y-%m-%d}. "
                "Wait until then, or check this machine's clock."
            )

    def login(self, data_format: DataFormat) -> LoginRequest:
        """Return a request that signs in with new data.

        The data are random bytes. In format v2 the time comes before them, as 8 bytes of big-endian
        epoch seconds, which is what the example in Anaplan's documentation has.
        """
        self.check_dates()
        data = os.urandom(_RANDOM_BYTES)
        now = datetime.datetime.now(datetime.UTC)
        if data_format == "v2":
            data = struct.pack(">Q", int(now.timestamp())) + data
        signature = self._key.sign(data, padding.PKCS1v15(), SHA512())
        body = {
            "encodedData": base64.b64encode(data).decode("ascii"),
            "encodedSignedData": base64.b64encode(signature).decode("ascii"),
        }
        if data_format == "v2":
            body["encodedDataFormat"] = "v2"
        pem = base64.b64encode(self.certificate.public_bytes(Encoding.PEM)).decode("ascii")
        return LoginRequest("/token/authenticate", {"Authorization": f"CACertificate {pem}"}, body)

    @property
    def refusal_message(self) -> str:
        """The message for a certificate that Anaplan refuses."""
        return (
            f"Anaplan does not accept the {self.origin} of {self.subject!r}. Check that it is "
            "registered in Anaplan (Administration > Security > Certificates), that its user is "
            "active, and that this machine's clock is right."
        )


def subject_of(certificate: x509.Certificate) -> str:
    """Return the common name of a certificate's holder, or the whole name."""
    try:
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else certificate.subject.rfc4514_string()
    except ValueError:
        return "(a damaged name)"


def _key_of(certificate: x509.Certificate) -> bytes:
    """Return the public key of a certificate; nothing if it is damaged or of an unknown kind."""
    try:
        return _public_bytes(certificate.public_key())
    except (ValueError, UnsupportedAlgorithm):
        return b""


def _public_bytes(key: object) -> bytes:
    """Return bytes that are different for different public keys."""
    public_bytes = getattr(key, "public_bytes", None)
    if public_bytes is None:
        return b""
    found: bytes = public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return found
