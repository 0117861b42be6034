"""`KeystoreAuth`: sign in with a key and certificate from a Java keystore or PKCS#12 file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from anaplan_frames.auth.identity import Identity, SignedLogin, check_data_format
from anaplan_frames.auth.java_keystore import JCEKS, JKS, open_entry, open_java_keystore
from anaplan_frames.auth.pkcs12 import open_pkcs12
from anaplan_frames.auth.secret import Secret
from anaplan_frames.auth.sources import Source, conceal
from anaplan_frames.errors import AuthenticationError, ConfigurationError, near_names


class KeystoreAuth(SignedLogin):
    """Sign in with a certificate that is registered with Anaplan, kept in a keystore.

    Parameters
    ----------
    path : str or Path or bytes
        JKS, JCEKS or PKCS#12, told apart by content and not by the file's name. JKS and JCEKS
        need the ``keystore`` extra.
    password : str
        Of the keystore.
    alias : str, optional
        Which key; not needed where there is one.
    key_password : str, optional
        Of the key, where it differs from the keystore's. PKCS#12 has one password for both.
    data_format : {"v2", "v1"}, default "v2"
        As for `CertificateAuth`.

    Raises
    ------
    ConfigurationError
        The file is not there, is no keystore or is damaged, or `alias` is missing or unknown.
    AuthenticationError
        A password is wrong, or the certificate is out of date or not for an RSA key.
    MissingExtra
        A JKS or JCEKS file, and `pyjks` is not installed.
    """

    def __init__(
        self,
        path: str | Path | bytes,
        password: str,
        alias: str | None = None,
        key_password: str | None = None,
        *,
        data_format: str = "v2",
    ) -> None:
        given, store_secret = conceal(path), Secret(password)
        key_secret = Secret(key_password) if key_password else store_secret
        del path, password, key_password
        self._data_format = check_data_format(data_format)
        source = Source.open(given, "keystore")
        self._identity = _identity(source, store_secret, alias, key_secret)


def _identity(
    source: Source, password: Secret[str], alias: str | None, key_password: Secret[str]
) -> Identity:
    """Open the keystore by what it is, and take the key of `alias`."""
    magic = source.content.reveal()[:4]
    if magic in (JKS, JCEKS):
        entries = open_java_keystore(source, password)
        name = _choose(alias, entries, source)
        opened = open_entry(entries[name], key_password)
        if opened is None:
            raise AuthenticationError(
                f"The key {name!r} in the {source} cannot be opened with this password. "
                "Give the key's own password: key_password=..., or ANAPLAN_KEYSTORE_KEY_PASSWORD."
            )
        return Identity.of(*opened, _origin(name, source))
    if not source.is_pkcs12:
        raise ConfigurationError(
            f"The {source} is not a keystore (JKS, JCEKS or PKCS#12). "
            "Where it is PEM text, use CertificateAuth."
        )
    store = open_pkcs12(source.content, password)
    if store is None:
        raise AuthenticationError(
            f"The {source} cannot be opened with this password. Check the keystore's password; "
            "if that is right, the file is damaged."
        )
    name = _choose(alias, store.keys, source)
    return Identity.of(store.keys[name], store.certificates, _origin(name, source))


def _choose(alias: str | None, aliases: Iterable[str], source: Source) -> str:
    """Return the alias as the keystore writes it: Java takes no account of case."""
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


def _origin(alias: str, source: Source) -> str:
    return f"certificate {alias!r} in the {source}" if alias else f"certificate in the {source}"
