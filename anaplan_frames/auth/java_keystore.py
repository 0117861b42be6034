"""Opening of JKS and JCEKS keystores with `pyjks`, which is an extra."""

from __future__ import annotations

from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key

from anaplan_frames.auth.key_files import KeySource
from anaplan_frames.auth.secret import Secret
from anaplan_frames.errors import AuthenticationError, ConfigurationError, MissingExtra

JKS = bytes.fromhex("feedfeed")
JCEKS = bytes.fromhex("cececece")


class KeyEntry(Protocol):
    """The part of ``jks.PrivateKeyEntry`` that is used."""

    cert_chain: list[tuple[str, bytes]]
    pkey_pkcs8: bytes

    def decrypt(self, key_password: str) -> None:
        """Open the key."""


def open_java_keystore(source: KeySource, password: Secret[str]) -> dict[str, KeyEntry]:
    """Return the private keys by alias, still encrypted.

    Raises
    ------
    MissingExtra
        `pyjks` is not installed, or cannot be imported.
    AuthenticationError
        The keystore's password is wrong.
    ConfigurationError
        The file is damaged.
    """
    jks = _import_jks(source)
    try:
        store = jks.KeyStore.loads(
            source.content.reveal(), password.reveal(), try_decrypt_keys=False
        )
        return dict(store.private_keys)
    except jks.util.KeystoreSignatureException:
        trouble: type[AuthenticationError | ConfigurationError] = AuthenticationError
    except Exception:
        # With a damaged file, pyjks raises errors of any type.
        trouble = ConfigurationError
    if trouble is AuthenticationError:
        raise AuthenticationError(
            f"The {source} cannot be opened with this password. Check the keystore's password."
        )
    raise ConfigurationError(f"The {source} is damaged. Copy it again, as a binary file.")


def open_entry(
    entry: KeyEntry, password: Secret[str]
) -> tuple[object, list[x509.Certificate]] | None:
    """Return key and certificate chain of an entry; None if the key's password is wrong."""
    try:
        entry.decrypt(password.reveal())
        key = load_der_private_key(entry.pkey_pkcs8, None)
        return key, [x509.load_der_x509_certificate(each) for _, each in entry.cert_chain]
    except Exception:
        # pyjks raises its own errors and, on some wrong passwords, its parser's.
        return None


def _import_jks(source: KeySource) -> Any:
    """Import `pyjks` only when it is needed: most keystores today are PKCS#12."""
    convert = (
        "Or, if that fails because there is no compiler, convert the keystore once: "
        f"keytool -importkeystore -srckeystore {source.name} -destkeystore keystore.p12 "
        "-deststoretype pkcs12"
    )
    try:
        import jks
        import jks.util
    except ModuleNotFoundError as error:
        missing = error.name
    except ImportError:
        missing = "a part of it"
    else:
        return jks
    purpose = f"The {source} is in Java's own format, which"
    if missing != "jks":
        purpose += f" pyjks cannot read here without {missing}; it"
    raise MissingExtra(purpose, "keystore", hint=convert)
