"""`KeystoreAuth`: sign in with a key and certificate from a Java keystore or PKCS#12 file."""

from __future__ import annotations

from pathlib import Path

from anaplan_frames.auth.data_format import check_data_format
from anaplan_frames.auth.key_files import KeySource, conceal
from anaplan_frames.auth.secret import Secret
from anaplan_frames.auth.signed_login import SignedLogin


class KeystoreAuth(SignedLogin):
    """Sign in with a certificate that is registered with Anaplan, kept in a keystore.

    Parameters
    ----------
    path : str or Path or bytes
        JKS, JCEKS or PKCS#12, recognized by content and not by the file's name.
    password : str
        Of the keystore.
    alias : str, optional
        Which key; not needed if there is only one.
    key_password : str, optional
        Of the key, if it differs from the keystore's. PKCS#12 has one password for both.
    data_format : {"v2", "v1"}, default "v2"
        As for `CertificateAuth`.

    Raises
    ------
    ConfigurationError
        The file does not exist, is not a keystore or is damaged, or `alias` is missing or unknown.
    AuthenticationError
        A password is wrong, or the certificate is out of date or not for an RSA key.
    MissingExtra
        A JCEKS file with a secret key that Java's own provider did not write, without the
        ``keystore`` extra.
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
        source = KeySource.open(given, "keystore")
        from anaplan_frames.auth.any_keystore import open_keystore  # as for `CertificateAuth`

        self._identity = open_keystore(source, store_secret, alias, key_secret)
