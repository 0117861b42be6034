"""Reading of PKCS#12 keystores: all keys with aliases, which `cryptography` does not list.

`cryptography` opens the store and checks its password, but gives the first key only. The keys of
the others are in the outer, readable part of the file (RFC 7292, section 4), each encrypted
separately and stored with its alias.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key, pkcs12

from anaplan_frames.auth.der import element, elements
from anaplan_frames.auth.secret import Secret

_DATA = bytes.fromhex("2a864886f70d010701")
_SHROUDED_KEY_BAG = bytes.fromhex("2a864886f70d010c0a0102")
_FRIENDLY_NAME = bytes.fromhex("2a864886f70d010914")


@dataclass(frozen=True, slots=True)
class Pkcs12:
    """An opened store.

    Attributes
    ----------
    keys : dict of str to key object
        By alias; a key without one is under ``""``.
    certificates : list of x509.Certificate
        All of them; that of a key has the same public key.
    """

    keys: dict[str, object]
    certificates: list[x509.Certificate]


def open_pkcs12(content: Secret[bytes], password: Secret[str]) -> Pkcs12 | None:
    """Open a PKCS#12 file; None if the password is wrong or the file is damaged."""
    try:
        store = pkcs12.load_pkcs12(content.reveal(), password.reveal().encode())
    except ValueError:
        return None
    certificates = [each.certificate for each in store.additional_certs]
    first_alias = ""
    if store.cert is not None:
        certificates.insert(0, store.cert.certificate)
        first_alias = (store.cert.friendly_name or b"").decode("utf-8", "replace")
    keys: dict[str, object] = {}
    try:
        for alias, encrypted in _shrouded_keys(content.reveal()):
            keys[alias] = load_der_private_key(encrypted, password.reveal().encode())
    except (ValueError, TypeError, IndexError):
        keys = {}  # written in an unusual way: use the first key only
    if not keys and store.key is not None:
        keys = {first_alias: store.key}
    return Pkcs12(keys, certificates)


def _shrouded_keys(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield alias and encrypted key (DER of EncryptedPrivateKeyInfo) of each readable key bag."""
    _, pfx, _ = element(content)
    _, auth_safe, *_ = elements(pfx)
    for info in elements(_inner_data(auth_safe[1])):
        kind, *_ = elements(info[1])
        if kind[1] != _DATA:
            continue
        for bag in elements(_inner_data(info[1])):
            bag_kind, value, *attributes = elements(bag[1])
            if bag_kind[1] == _SHROUDED_KEY_BAG:
                yield _alias(attributes), value[1]


def _inner_data(content_info: bytes) -> bytes:
    """Return the content of the sequence within a ContentInfo of type data."""
    _, wrapped, *_ = elements(content_info)
    octets = element(wrapped[1])[1]
    return element(octets)[1]


def _alias(attributes: list[tuple[int, bytes]]) -> str:
    """Return the friendlyName among a bag's attributes."""
    for _, attribute_set in attributes:
        for _, attribute in elements(attribute_set):
            kind, values = elements(attribute)
            if kind[1] == _FRIENDLY_NAME:
                return element(values[1])[1].decode("utf-16-be")
    return ""
