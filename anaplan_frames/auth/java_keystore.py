"""Opening of JKS and JCEKS keystores, which Java's providers Sun and SunJCE write.

Both formats are the same but for the encryption of keys, and the secret keys that only JCEKS has.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

from anaplan_frames.auth.java_data import DamagedData, JavaData
from anaplan_frames.auth.java_keys import JavaKey, java_password
from anaplan_frames.auth.key_files import KeySource
from anaplan_frames.auth.sealed_objects import skip_other_object, skip_sun_object
from anaplan_frames.auth.secret import Secret
from anaplan_frames.errors import AuthenticationError, ConfigurationError

JKS = bytes.fromhex("feedfeed")
JCEKS = bytes.fromhex("cececece")
_VERSION = 2
_PRIVATE_KEY, _CERTIFICATE, _SECRET_KEY = 1, 2, 3
_DIGEST_SIZE = 20
_LONGEST_CHAIN = 100  # certificates, far more than there ever are


class _WrongPassword(Exception):
    """The digest at the end of the keystore does not fit to the password."""


def open_java_keystore(source: KeySource, password: Secret[str]) -> dict[str, JavaKey]:
    """Return the private keys by alias, still encrypted.

    Raises
    ------
    AuthenticationError
        The keystore's password is wrong.
    ConfigurationError
        The file is damaged.
    MissingExtra
        A secret key of another provider is in the way, and `javaobj` is not installed.
    """
    try:
        return _private_keys(source, password)
    except _WrongPassword:
        trouble = "cannot be opened with this password. Check the keystore's password."
        kind: type[AuthenticationError | ConfigurationError] = AuthenticationError
    except DamagedData:
        trouble, kind = "is damaged. Copy it again, as a binary file.", ConfigurationError
    raise kind(f"The {source} {trouble}")


def _private_keys(source: KeySource, password: Secret[str]) -> dict[str, JavaKey]:
    """Check the digest over all entries, and only then keep what they hold."""
    data = JavaData(source.content)
    for _ in _entries(data, source, password):
        pass
    _check_digest(source, password, data.position)
    keys: dict[str, JavaKey] = {}
    aliases = set()
    for alias, key in _entries(JavaData(source.content), source, password):
        if alias in aliases:
            raise DamagedData
        aliases.add(alias)
        if key is not None:
            keys[alias] = key
    return keys


def _entries(
    data: JavaData, source: KeySource, password: Secret[str]
) -> Iterator[tuple[str, JavaKey | None]]:
    """Yield the alias of each entry, with its private key if it is one."""
    with_secret_keys = data.take(4) == JCEKS
    if data.number() != _VERSION:
        raise DamagedData
    for left in reversed(range(data.number())):
        kind, alias, _date = data.number(), data.text(), data.take(8)
        key = None
        if kind == _PRIVATE_KEY:
            protected, length = Secret(data.block()), data.number()
            if length > _LONGEST_CHAIN:
                raise DamagedData
            key = JavaKey(protected, [_certificate(data) for _ in range(length)])
        elif kind == _CERTIFICATE:
            _certificate(data)
        elif kind == _SECRET_KEY and with_secret_keys:
            if not skip_sun_object(data):
                end = len(source.content.reveal()) - _DIGEST_SIZE
                _check_digest(source, password, end)
                if left:
                    skip_other_object(data, source)
                else:
                    data.take(end - data.position)
        else:
            raise DamagedData
        yield alias, key


def _certificate(data: JavaData) -> tuple[str, bytes]:
    """Read a certificate: its type and its content."""
    return data.text(), data.block()


def _check_digest(source: KeySource, password: Secret[str], end: int) -> None:
    """Check the digest that follows the entries: no entry is used before."""
    found = source.content.reveal()[end : end + _DIGEST_SIZE]
    if len(found) < _DIGEST_SIZE:
        raise DamagedData
    digest = hashlib.sha1(java_password(password).reveal(), usedforsecurity=False)
    digest.update(b"Mighty Aphrodite")
    digest.update(memoryview(source.content.reveal())[:end])
    if not hmac.compare_digest(digest.digest(), found):
        raise _WrongPassword
