"""Keys, certificates and keystores, made for the tests."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """Make a key once per name; small, as a real one takes long to make and to open."""
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


@dataclass(frozen=True)
class Holder:
    """Somebody with a key and a certificate."""

    key: PrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(
        self, password: bytes | None = None, form: PrivateFormat = PrivateFormat.PKCS8
    ) -> bytes:
        """Return the key as PEM, encrypted with `password` if one is given."""
        guard = BestAvailableEncryption(password) if password else NoEncryption()
        return self.key.private_bytes(Encoding.PEM, form, guard)

    def key_der(self) -> bytes:
        """Return the key as DER, not encrypted."""
        return self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def holder(
    name: str,
    *,
    key: PrivateKey | None = None,
    first: datetime.datetime | None = None,
    last: datetime.datetime | None = None,
) -> Holder:
    """Make a self-signed certificate, valid from yesterday until tomorrow by default."""
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    key = key or rsa_key(name)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first or now - day)
        .not_valid_after(last or now + day)
        .sign(key, hashes.SHA256())
    )
    return Holder(key, certificate)


def of_an_unknown_kind(holder: Holder) -> bytes:
    """Return a holder's certificate as DER, with a key of a kind that nobody knows."""
    der = holder.certificate.public_bytes(Encoding.DER)
    rsa_encryption = bytes.fromhex("06092a864886f70d010101")
    assert der.count(rsa_encryption) == 1
    return der.replace(rsa_encryption, rsa_encryption[:-1] + b"\x63")


def date(text: str) -> datetime.datetime:
    """Return midnight UTC of an ISO date."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)
