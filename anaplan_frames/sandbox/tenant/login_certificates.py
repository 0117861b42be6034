"""Logins by certificate: the header, the signed data and the check of the signature.

The client signs fresh data with the private key of a certificate that the tenant has registered
(RSA, PKCS#1 v1.5, SHA-512). In format v2 the data starts with the time, so that an intercepted
login cannot be used later.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import re
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from anaplan_frames.sandbox.tenant.tenant_users import User

TIME_BYTES = 8
LEAST_BYTES = 100
TOLERANCE = 300.0  # seconds by which the time in format v2 may differ


class BadHeader(Exception):
    """The Authorization header cannot be parsed."""


class BadCredential(Exception):
    """The header can be parsed, but the login is refused."""


class Certificates:
    """The certificates that are registered for logins, each for one user."""

    def __init__(self) -> None:
        self._users: dict[bytes, User] = {}

    def register(self, pem: bytes, user: User) -> None:
        """Accept logins as `user` with the key of a certificate; `pem` may hold a chain.

        Raises
        ------
        ValueError
            If `pem` holds no certificate.
        """
        for certificate in x509.load_pem_x509_certificates(pem):
            self._users[_fingerprint(certificate)] = user

    def login(self, header: str, body: Mapping[str, Any], now: float) -> User:
        """Check a login.

        Parameters
        ----------
        header : str
            The Authorization header after ``CACertificate``.
        body : mapping
            ``encodedData``, ``encodedSignedData`` and, in format v2, ``encodedDataFormat``.
        now : float
            Seconds since the epoch.

        Raises
        ------
        BadHeader, BadCredential
            With the reason.
        """
        chain = read_header(header)
        data = _field(body, "encodedData")
        signature = _field(body, "encodedSignedData")
        _check_data(data, body.get("encodedDataFormat"), now)
        # The signer is usually first in the chain, but not always: the signature decides.
        signer = next((c for c in chain if _signed(c, data, signature)), None)
        if signer is None:
            raise BadCredential("The signature does not belong to the certificate.")
        user = self._users.get(_fingerprint(signer))
        if user is None:
            raise BadCredential("The certificate is not registered for this tenant.")
        moment = datetime.datetime.fromtimestamp(now, datetime.UTC)
        if moment > signer.not_valid_after_utc:
            raise BadCredential("The certificate has expired.")
        if moment < signer.not_valid_before_utc:
            raise BadCredential("The certificate is not valid yet.")
        return user


def read_header(text: str) -> list[x509.Certificate]:
    """Parse the base64 of a whole PEM, or a PEM without its BEGIN and END lines.

    Raises
    ------
    BadHeader
        If the text is neither.
    """
    try:
        raw = base64.b64decode(re.sub(r"\s|\\n", "", text), validate=True)
        if b"-----BEGIN" in raw:
            return x509.load_pem_x509_certificates(raw)
        return [x509.load_der_x509_certificate(raw)]
    except (binascii.Error, ValueError) as error:
        raise BadHeader("Invalid header. Verify the header.") from error


def _field(body: Mapping[str, Any], name: str) -> bytes:
    text = body.get(name)
    if not isinstance(text, str) or not text:
        raise BadCredential(f"{name} is missing.")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise BadCredential(f"{name} is not base64.") from error


def _check_data(data: bytes, data_format: Any, now: float) -> None:
    """Refuse data that is too short and, in format v2, a time that differs too much."""
    if data_format not in (None, "v1", "v2"):
        raise BadCredential("encodedDataFormat is neither v1 nor v2.")
    # Clients in the field send 100 bytes in all in format v2, too: the time and 92 random ones.
    if len(data) < LEAST_BYTES:
        raise BadCredential(f"encodedData holds fewer than {LEAST_BYTES} bytes.")
    if data_format != "v2":
        return
    signed_at = int.from_bytes(data[:TIME_BYTES], "big")
    if abs(signed_at - now) > TOLERANCE:
        raise BadCredential("The time in encodedData is more than five minutes off (format v2).")


def _signed(certificate: x509.Certificate, data: bytes, signature: bytes) -> bool:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(signature, data, padding.PKCS1v15(), hashes.SHA512())
    except InvalidSignature:
        return False
    return True


def _fingerprint(certificate: x509.Certificate) -> bytes:
    return certificate.fingerprint(hashes.SHA256())
