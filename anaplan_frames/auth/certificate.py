"""`CertificateAuth`: sign in with a certificate and its private key in PEM."""

from __future__ import annotations

from pathlib import Path

from anaplan_frames.auth.data_format import check_data_format
from anaplan_frames.auth.key_files import KeySource, conceal
from anaplan_frames.auth.secret import Secret
from anaplan_frames.auth.signed_login import SignedLogin


class CertificateAuth(SignedLogin):
    """Sign in with a certificate that is registered with Anaplan.

    Parameters
    ----------
    certificate : str or Path or bytes
        Path of a PEM file, or PEM text. It may hold the chain and the key as well.
    private_key : str or Path or bytes, optional
        Path of a PEM file, or PEM text. By default it is read from the same file as the
        certificate.
    password : str, optional
        Of the private key, if it is encrypted.
    data_format : {"v2", "v1"}, default "v2"
        Form of the signed data. Anaplan has announced v2 as required from 19 June 2026.

    Raises
    ------
    ConfigurationError
        A file does not exist or is not PEM.
    AuthenticationError
        The key's password is missing or wrong, the key does not belong to the certificate or is
        not an RSA key, or the certificate is out of date.
    """

    def __init__(
        self,
        certificate: str | Path | bytes,
        private_key: str | Path | bytes | None = None,
        password: str | None = None,
        *,
        data_format: str = "v2",
    ) -> None:
        key_given, certificate_given = conceal(private_key or certificate), conceal(certificate)
        secret = Secret(password) if password else None
        del password, private_key, certificate
        self._data_format = check_data_format(data_format)
        chain = KeySource.open(certificate_given, "certificate")
        key = KeySource.open(key_given, "private key")
        from anaplan_frames.auth.pem import open_pem  # slow to load: see `signed_login`

        self._identity = open_pem(chain, key, secret)
