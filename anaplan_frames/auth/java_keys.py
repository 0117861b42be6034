"""`JavaKey`: a private key of a JKS or JCEKS keystore, and how its password opens it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import load_der_private_key

from anaplan_frames.auth.der import elements
from anaplan_frames.auth.secret import Secret

try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:  # before cryptography 43
    from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES

_JKS = bytes.fromhex("2b060104012a02110101")  # 1.3.6.1.4.1.42.2.17.1.1
_JCEKS = bytes.fromhex("2b060104012a021301")  # 1.3.6.1.4.1.42.2.19.1
_SHA1_SIZE = 20
_MOST_ITERATIONS = 5_000_000  # Java's own limit


class UnreadableKey(Exception):
    """A key cannot be read, whatever the password; the message says why."""


@dataclass(frozen=True, slots=True)
class JavaKey:
    """A private key, still encrypted.

    Attributes
    ----------
    protected : Secret of bytes
        DER of EncryptedPrivateKeyInfo (RFC 5958).
    chain : list of (str, bytes)
        Type and content of each certificate, that of the key first.
    """

    protected: Secret[bytes]
    chain: list[tuple[str, bytes]]

    def open(self, password: Secret[str]) -> tuple[object, list[x509.Certificate]] | None:
        """Return the key and its certificates; None if the password is wrong.

        Raises
        ------
        UnreadableKey
            The key or a certificate is damaged or of an unknown kind.
        """
        try:
            key = _open(self.protected, password)
        except (ValueError, UnsupportedAlgorithm):
            pass
        else:
            return None if key is None else (key, self._certificates())
        raise UnreadableKey("it is damaged, or of a kind that is not supported here")

    def _certificates(self) -> list[x509.Certificate]:
        if not self.chain:
            raise UnreadableKey("it has no certificate")
        try:
            if all(kind == "X.509" for kind, _ in self.chain):
                return [x509.load_der_x509_certificate(content) for _, content in self.chain]
        except ValueError:
            pass
        raise UnreadableKey("its certificate is damaged or is not X.509")


def java_password(password: Secret[str]) -> Secret[bytes]:
    """Return a password as Java's digests take it: two bytes for each `char`."""
    return Secret(password.reveal().encode("utf-16-be", "surrogatepass"))


def _open(protected: Secret[bytes], password: Secret[str]) -> object | None:
    """Return the key; None if the password is wrong, ValueError if the data are damaged."""
    (_, info), *_ = elements(protected.reveal())
    (_, algorithm), (_, encrypted), *_ = elements(info)
    (_, kind), (_, parameters), *_ = elements(algorithm)
    if kind == _JKS:
        plain = _open_jks(encrypted, password)
        return None if plain is None else _load(plain)
    if kind != _JCEKS:
        raise ValueError("unknown key protection")
    (_, salt), (_, count), *_ = elements(parameters)
    iterations = int.from_bytes(count, "big")
    if len(salt) != 8 or len(encrypted) % 8 or not 0 < iterations <= _MOST_ITERATIONS:
        raise ValueError("not as SunJCE writes it")
    plain = _open_jceks(encrypted, salt, iterations, password)
    try:
        return None if plain is None else _load(plain)
    except ValueError:
        return None  # a wrong password gives valid padding now and then


def _load(plain: Secret[bytes]) -> object:
    """Return the key of DER in PKCS#8; ValueError if it is damaged."""
    try:
        return load_der_private_key(plain.reveal(), None)
    except TypeError:
        pass
    raise ValueError("encrypted twice")


def _open_jks(encrypted: bytes, password: Secret[str]) -> Secret[bytes] | None:
    """Return what Sun's key protector has encrypted; None if the password is wrong.

    A salt, the data combined with a stream of digests, and a digest of the data. See
    `sun.security.provider.KeyProtector` of OpenJDK.
    """
    if len(encrypted) < 2 * _SHA1_SIZE:
        raise ValueError("cut short")
    salt, check = encrypted[:_SHA1_SIZE], encrypted[-_SHA1_SIZE:]
    data = encrypted[_SHA1_SIZE:-_SHA1_SIZE]
    encoded = java_password(password)
    plain = _combined(data, _digests(salt, encoded, len(data)))
    found = hashlib.sha1(encoded.reveal() + plain.reveal(), usedforsecurity=False).digest()
    return plain if hmac.compare_digest(found, check) else None


def _digests(salt: bytes, encoded: Secret[bytes], size: int) -> Secret[bytes]:
    """Return a stream of SHA-1 digests, each of the password and the digest before."""
    stream, latest = bytearray(), salt
    while len(stream) < size:
        latest = hashlib.sha1(encoded.reveal() + latest, usedforsecurity=False).digest()
        stream += latest
    return Secret(bytes(stream[:size]))


def _combined(data: bytes, stream: Secret[bytes]) -> Secret[bytes]:
    """Return the exclusive or of both."""
    combined = int.from_bytes(data, "big") ^ int.from_bytes(stream.reveal(), "big")
    return Secret(combined.to_bytes(len(data), "big"))


def _open_jceks(
    encrypted: bytes, salt: bytes, iterations: int, password: Secret[str]
) -> Secret[bytes] | None:
    """Return what SunJCE has encrypted by PBEWithMD5AndTripleDES; None if the password is wrong.

    See `com.sun.crypto.provider.PBES1Core` of OpenJDK.
    """
    if any(not " " <= character <= "~" for character in password.reveal()):
        return None  # Java encrypts with no such password
    first, second = salt[:4], salt[4:]
    if first == second:
        # Meant to be reversed, but by a slip Java gives bytes 3, 0, 1, 3.
        first = bytes(salt[index] for index in (3, 0, 1, 3))
    encoded = Secret(password.reveal().encode("ascii"))
    key = _iterated(first, encoded, iterations)
    key_and_vector = Secret(key.reveal() + _iterated(second, encoded, iterations).reveal())
    cipher = Cipher(
        TripleDES(key_and_vector.reveal()[:24]), modes.CBC(key_and_vector.reveal()[24:])
    )
    decryptor, padding = cipher.decryptor(), PKCS7(64).unpadder()
    try:
        return Secret(padding.update(decryptor.update(encrypted)) + padding.finalize())
    except ValueError:
        return None


def _iterated(salt_half: bytes, encoded: Secret[bytes], iterations: int) -> Secret[bytes]:
    """Return the MD5 digest of salt and password, digested again and again."""
    latest, suffix = salt_half, encoded.reveal
    for _ in range(iterations):
        latest = hashlib.md5(latest + suffix(), usedforsecurity=False).digest()
    return Secret(latest)
