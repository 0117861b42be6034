"""Opening of a keystore, whose kind is recognized by its content, and the choice of a key."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509

from anaplan_frames.auth.identity import Identity
from anaplan_frames.auth.java_keys import JavaKey, UnreadableKey
from anaplan_frames.auth.java_keystore import JCEKS, JKS, open_java_keystore
from anaplan_frames.auth.key_files import KeySource
from anaplan_frames.auth.pkcs12 import open_pkcs12
from anaplan_frames.auth.secret import Secret
from anaplan_frames.errors import AuthenticationError, ConfigurationError
from anaplan_frames.messages import near_names


def open_keystore(
    source: KeySource, password: Secret[str], alias: str | None, key_password: Secret[str]
) -> Identity:
    """Return the key of `alias` with its certificate; raises as `KeystoreAuth` does."""
    magic = source.content.reveal()[:4]
    if magic in (JKS, JCEKS):
        keys = open_java_keystore(source, password)
        name = _choose(alias, keys, source)
        key, chain = _open_java_key(keys[name], name, source, key_password)
        return Identity.of(key, chain, _origin(name, source))
    if not source.is_pkcs12:
        raise ConfigurationError(
            f"The {source} is not a keystore (JKS, JCEKS or PKCS#12). "
            "If it is PEM text, use CertificateAuth."
        )
    store = open_pkcs12(source.content, password)
    if store is None:
        raise AuthenticationError(
            f"The {source} cannot be opened with this password. Check the keystore's password; "
            "if that is right, the file is damaged."
        )
    name = _choose(alias, store.keys, source)
    return Identity.of(store.keys[name], store.certificates, _origin(name, source))


def _open_java_key(
    entry: JavaKey, name: str, source: KeySource, password: Secret[str]
) -> tuple[object, list[x509.Certificate]]:
    """Return a key and its certificate chain."""
    reason = ""
    try:
        opened = entry.open(password)
    except UnreadableKey as error:
        opened, reason = None, str(error)
    if reason:
        raise ConfigurationError(
            f"The key {name!r} in the {source} cannot be read: {reason}. "
            f"See what Java says of it: keytool -list -v -keystore {source.name}"
        )
    if opened is None:
        raise AuthenticationError(
            f"The key {name!r} in the {source} cannot be opened with this password. "
            "Give the key's own password: key_password=..., or ANAPLAN_KEYSTORE_KEY_PASSWORD."
        )
    return opened


def _choose(alias: str | None, aliases: Iterable[str], source: KeySource) -> str:
    """Return the alias as the keystore has it: Java ignores case."""
    names = sorted(aliases)
    if not names:
        raise ConfigurationError(
            f"The {source} holds no private key. Check that it is the right one."
        )
    shown = ", ".join(repr(name) for name in names)
    if alias is None:
        if len(names) > 1:
            raise ConfigurationError(
                f"The {source} holds several keys: {shown}. Say which: alias=..., "
                "or ANAPLAN_KEYSTORE_ALIAS."
            )
        return names[0]
    for name in names:
        if name == alias:
            return name
    for name in names:
        if name.casefold() == alias.casefold():
            return name
    raise ConfigurationError(
        f"The {source} has no key {alias!r}.{near_names(alias, names)} It holds: {shown}."
    )


def _origin(alias: str, source: KeySource) -> str:
    return f"certificate {alias!r} in the {source}" if alias else f"certificate in the {source}"
