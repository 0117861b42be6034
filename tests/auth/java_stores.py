"""A writer of JKS keystores, and the digest at the end of JKS and JCEKS."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence

from cryptography.hazmat.primitives.serialization import Encoding

from tests.auth.making import Holder

SUN = bytes.fromhex("300e060a2b060104012a021101010500")  # the algorithm: Sun's key protector
SALT = bytes(range(20))
WRITTEN_AT = (1_700_000_000_000).to_bytes(8, "big")


def text(value: str) -> bytes:
    """Return a text after its length, as Java writes it unless it has NUL or surrogate pairs."""
    encoded = value.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def block(content: bytes) -> bytes:
    """Return some bytes after their length."""
    return len(content).to_bytes(4, "big") + content


def der(tag: int, content: bytes) -> bytes:
    """Return an element of DER."""
    length = len(content).to_bytes(4, "big")
    return bytes([tag, 0x80 + len(length)]) + length + content


def protected(plain: bytes, password: str) -> bytes:
    """Encrypt a key as Sun's key protector does."""
    encoded = password.encode("utf-16-be")
    digests = itertools.accumulate(
        range(len(plain) // 20 + 1),
        lambda latest, _: hashlib.sha1(encoded + latest).digest(),
        initial=SALT,
    )
    stream = b"".join(itertools.islice(digests, 1, None))
    mixed = bytes(one ^ other for one, other in zip(plain, stream, strict=False))
    return SALT + mixed + hashlib.sha1(encoded + plain).digest()


def key_info(encrypted: bytes, algorithm: bytes = SUN) -> bytes:
    """Return the DER of EncryptedPrivateKeyInfo."""
    return der(0x30, algorithm + der(0x04, encrypted))


def private_key(
    alias: str, info: bytes, chain: Sequence[bytes], certificate_type: str = "X.509"
) -> bytes:
    """Return the entry of a private key."""
    certificates = b"".join(text(certificate_type) + block(content) for content in chain)
    entry = number(1) + text(alias) + WRITTEN_AT + block(info)
    return entry + number(len(chain)) + certificates


def key_entry(alias: str, chain: Sequence[Holder], password: str) -> bytes:
    """Return the entry of the first one's key, with everybody's certificates."""
    info = key_info(protected(chain[0].key_der(), password))
    return private_key(alias, info, [certificate_of(each) for each in chain])


def certificate_entry(alias: str, one: Holder) -> bytes:
    """Return the entry of a trusted certificate."""
    return number(2) + text(alias) + WRITTEN_AT + text("X.509") + block(certificate_of(one))


def certificate_of(one: Holder) -> bytes:
    """Return somebody's certificate in DER."""
    return one.certificate.public_bytes(Encoding.DER)


def number(value: int) -> bytes:
    """Return a number of four bytes."""
    return value.to_bytes(4, "big")


def jks_store(entries: Sequence[bytes], password: str) -> bytes:
    """Return a JKS keystore."""
    head = bytes.fromhex("feedfeed") + number(2) + number(len(entries))
    return signed(head + b"".join(entries), password)


def signed(content: bytes, password: str) -> bytes:
    """Return the content of a keystore with the digest that belongs at its end."""
    secret = password.encode("utf-16-be", "surrogatepass") + b"Mighty Aphrodite"
    return content + hashlib.sha1(secret + content).digest()
