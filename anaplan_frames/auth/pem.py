"""Reading of certificates and private keys in PEM."""

from __future__ import annotations

import re

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from anaplan_frames.auth.identity import Identity
from anaplan_frames.auth.key_files import KeySource
from anaplan_frames.auth.secret import Secret
from anaplan_frames.errors import AuthenticationError, ConfigurationError

_CERTIFICATE = re.compile(
    rb"-----BEGIN (?P<kind>(?:X509 )?CERTIFICATE)-----.*?-----END (?P=kind)-----", re.DOTALL
)
_KEY = re.compile(
    rb"-----BEGIN (?P<kind>[A-Z0-9 ]*PRIVATE KEY)-----.*?-----END (?P=kind)-----", re.DOTALL
)


def open_pem(
    certificate: KeySource, private_key: KeySource, password: Secret[str] | None
) -> Identity:
    """Return the key with its certificate; raises as `CertificateAuth` does."""
    chain = _certificates(certificate)
    return Identity.of(_private_key(private_key, password), chain, str(certificate))


def _certificates(source: KeySource) -> list[x509.Certificate]:
    """Return all certificates in PEM text, in their order."""
    blocks = [found[0] for found in _CERTIFICATE.finditer(source.content.reveal())]
    if not blocks:
        raise ConfigurationError(f"The {source} {_not_pem(source, 'x509', 'a certificate')}")
    try:
        return [x509.load_pem_x509_certificate(block) for block in blocks]
    except ValueError:
        pass
    raise ConfigurationError(f"The {source} holds a damaged certificate. Copy it again.")


def _private_key(source: KeySource, password: Secret[str] | None) -> object:
    """Return the private key in PEM text; errors are raised outside of frames that hold secrets."""
    found = _KEY.search(source.content.reveal())
    if found is None:
        raise ConfigurationError(f"The {source} {_not_pem(source, 'pkey', 'a private key')}")
    kind, pem = found["kind"], Secret(found[0])
    del found
    if kind == b"OPENSSH PRIVATE KEY":
        raise ConfigurationError(
            f"The {source} is in OpenSSH's own format. Convert it: "
            f"ssh-keygen -p -m PKCS8 -f {source.name}"
        )
    encrypted = kind == b"ENCRYPTED PRIVATE KEY" or b"Proc-Type: 4,ENCRYPTED" in pem.reveal()
    if encrypted and password is None:
        raise AuthenticationError(
            f"The {source} is encrypted. Give its password: password=..., "
            "or ANAPLAN_PRIVATE_KEY_PASSWORD."
        )
    unlock = password.reveal().encode() if encrypted and password else None
    try:
        return load_pem_private_key(pem.reveal(), unlock)
    except UnsupportedAlgorithm:
        trouble = "uses a cipher that is not supported here. Convert it: openssl pkcs8 -topk8 -in "
        trouble += f"{source.name} -out key.pem"
    except (ValueError, TypeError):
        trouble = "is damaged. Copy it again."
        if encrypted:
            trouble = "cannot be opened with this password. Check the password."
    finally:
        del unlock
    raise AuthenticationError(f"The {source} {trouble}")


def _not_pem(source: KeySource, command: str, noun: str) -> str:
    """Return what the content is instead of PEM, and how to convert it."""
    if source.is_pkcs12:
        return "is a PKCS#12 keystore. Open it with KeystoreAuth(path, password)."
    if source.is_der:
        return (
            f"is in DER, not PEM. Convert it: openssl {command} -inform der "
            f"-in {source.name} -out {command}.pem"
        )
    return (
        f"does not hold {noun} in PEM (text from -----BEGIN to -----END). "
        "Check that it is the right file."
    )
