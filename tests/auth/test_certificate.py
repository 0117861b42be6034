"""Certificates in PEM: what they sign, what files may hold, and the message of each fault."""

from __future__ import annotations

import base64
import datetime
import ssl
import struct
import time
import traceback
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from anaplan_frames.auth import CertificateAuth, LoginRequest
from anaplan_frames.errors import AuthenticationError, ConfigurationError
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transport import Transport
from tests.auth.making import Holder, date, holder, of_an_unknown_kind, rsa_key

PASSWORD = "open sesame"


@pytest.fixture(scope="module")
def planner() -> Holder:
    return holder("planner")


@pytest.fixture(scope="module")
def authority() -> Holder:
    return holder("authority")


def signed_data(request: LoginRequest) -> bytes:
    """Check a login as the service would, and return the data that were signed."""
    assert request.path == "/token/authenticate"
    assert request.body is not None
    scheme, encoded = request.headers["Authorization"].split()
    assert scheme == "CACertificate"
    certificate = x509.load_pem_x509_certificate(base64.b64decode(encoded))
    data = base64.b64decode(request.body["encodedData"])
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    signature = base64.b64decode(request.body["encodedSignedData"])
    key.verify(signature, data, padding.PKCS1v15(), SHA512())
    return data


def sent_certificate(credential: CertificateAuth) -> bytes:
    return base64.b64decode(credential.login().headers["Authorization"].split()[1])


def test_format_v2_signs_the_time_and_random_bytes(planner: Holder) -> None:
    request = CertificateAuth(planner.pem, planner.key_pem()).login()
    data = signed_data(request)
    assert request.body is not None
    assert request.body["encodedDataFormat"] == "v2"
    assert abs(struct.unpack(">Q", data[:8])[0] - time.time()) < 5
    assert len(data) >= 8 + 100


def test_format_v1_signs_random_bytes_alone(planner: Holder) -> None:
    request = CertificateAuth(planner.pem, planner.key_pem(), data_format="v1").login()
    assert request.body is not None
    assert request.body.keys() == {"encodedData", "encodedSignedData"}
    assert len(signed_data(request)) >= 100


@pytest.mark.parametrize("data_format", ["v1", "v2"])
def test_data_are_fresh_for_every_login(planner: Holder, data_format: str) -> None:
    credential = CertificateAuth(planner.pem, planner.key_pem(), data_format=data_format)
    assert len({signed_data(credential.login()) for _ in range(5)}) == 5


@pytest.mark.parametrize("data_format", ["v1", "v2"])
def test_the_sandbox_accepts_the_login(
    demo_sandbox: Sandbox, planner: Holder, data_format: str
) -> None:
    demo_sandbox.register_certificate(planner.pem)
    credential = CertificateAuth(planner.pem, planner.key_pem(), data_format=data_format)
    transport = Transport(credential, api_url=demo_sandbox.api_url, auth_url=demo_sandbox.auth_url)
    assert transport.get("/users/me", label="me")["user"]["email"] == demo_sandbox.email
    transport.close()


def test_a_certificate_that_is_not_registered_says_what_to_do(
    demo_sandbox: Sandbox, planner: Holder, tmp_path: Path
) -> None:
    credential = CertificateAuth(planner.pem, planner.key_pem())
    transport = Transport(credential, api_url=demo_sandbox.api_url, auth_url=demo_sandbox.auth_url)
    with pytest.raises(AuthenticationError) as caught:
        transport.get("/users/me", label="me")
    assert str(caught.value).startswith(
        "Anaplan does not accept the certificate given of 'planner'. Check that it is registered "
        "in Anaplan (Administration > Security > Certificates), that its user is active, and that "
        "this machine's clock is right."
    )


@pytest.mark.parametrize("form", ["path", "text path", "text", "bytes"])
def test_pem_is_given_as_a_path_or_as_text(planner: Holder, tmp_path: Path, form: str) -> None:
    (tmp_path / "cert.pem").write_bytes(planner.pem)
    (tmp_path / "key.pem").write_bytes(planner.key_pem())
    paths = tmp_path / "cert.pem", tmp_path / "key.pem"
    given: tuple[str | bytes | Path, str | bytes | Path] = {
        "path": paths,
        "text path": (str(paths[0]), str(paths[1])),
        "text": (planner.pem.decode(), planner.key_pem().decode()),
        "bytes": (planner.pem, planner.key_pem()),
    }[form]
    assert sent_certificate(CertificateAuth(*given)) == planner.pem


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("password", [None, PASSWORD])
def test_keys_in_both_forms_open_with_and_without_a_password(
    planner: Holder, form: PrivateFormat, password: str | None
) -> None:
    pem = planner.key_pem(password.encode() if password else None, form)
    assert signed_data(CertificateAuth(planner.pem, pem, password).login())


def test_a_password_for_a_key_that_needs_none_is_ignored(planner: Holder) -> None:
    assert CertificateAuth(planner.pem, planner.key_pem(), PASSWORD).login()


def test_key_and_certificate_may_be_in_one_file(planner: Holder, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(b"Bag Attributes\n" + planner.key_pem() + b"subject=\r\n" + planner.pem)
    assert sent_certificate(CertificateAuth(both, both)) == planner.pem
    assert sent_certificate(CertificateAuth(both)) == planner.pem


def test_of_a_chain_the_certificate_of_the_key_is_sent(planner: Holder, authority: Holder) -> None:
    for chain in (planner.pem + authority.pem, authority.pem + planner.pem):
        assert sent_certificate(CertificateAuth(chain, planner.key_pem())) == planner.pem


def test_a_certificate_of_a_chain_whose_key_is_of_an_unknown_kind_is_passed_over(
    planner: Holder, authority: Holder
) -> None:
    odd = of_an_unknown_kind(authority)
    with pytest.raises((UnsupportedAlgorithm, ValueError)):  # the latter before cryptography 43
        x509.load_der_x509_certificate(odd).public_key()
    pem = ssl.DER_cert_to_PEM_cert(odd).encode()
    for chain in (planner.pem + pem, pem + planner.pem):
        assert sent_certificate(CertificateAuth(chain, planner.key_pem())) == planner.pem
    assert "The private key does not belong to" in refusal_message(pem, planner.key_pem())


def test_of_an_old_and_a_renewed_certificate_the_renewed_one_is_sent(planner: Holder) -> None:
    old = holder("planner", first=date("2001-01-01"), last=date("2002-01-01"))
    assert (
        sent_certificate(CertificateAuth(old.pem + planner.pem, planner.key_pem())) == planner.pem
    )


def refusal_message(*args: object, **options: object) -> str:
    """Return the words with which a certificate is refused."""
    with pytest.raises((AuthenticationError, ConfigurationError)) as caught:
        CertificateAuth(*args, **options)  # type: ignore[arg-type]
    return f"{caught.type.__name__}: {caught.value}"


def test_an_expired_certificate_is_refused_with_its_date() -> None:
    old = holder("planner", first=date("2001-01-01"), last=date("2002-02-03"))
    assert refusal_message(old.pem, old.key_pem()) == (
        "AuthenticationError: The certificate given of 'planner' expired on 2002-02-03. "
        "Have a new one made, and register it with Anaplan."
    )


def test_a_certificate_of_the_future_is_refused_with_its_date() -> None:
    new = holder("planner", first=date("2101-02-03"), last=date("2102-01-01"))
    assert refusal_message(new.pem, new.key_pem()) == (
        "AuthenticationError: The certificate given of 'planner' is not valid before 2101-02-03. "
        "Wait until then, or check this machine's clock."
    )


def test_a_certificate_that_expires_in_a_long_job_is_named_at_the_next_login() -> None:
    now = datetime.datetime.now(datetime.UTC)
    short = holder("planner", last=now + datetime.timedelta(seconds=1.5))
    credential = CertificateAuth(short.pem, short.key_pem())
    time.sleep(max(0, short.certificate.not_valid_after_utc.timestamp() + 0.01 - time.time()))
    with pytest.raises(AuthenticationError, match="expired on"):
        credential.login()


def test_a_key_of_somebody_else_is_refused(
    planner: Holder, authority: Holder, tmp_path: Path
) -> None:
    path = tmp_path / "cert.pem"
    path.write_bytes(planner.pem)
    assert refusal_message(path, authority.key_pem()) == (
        f"AuthenticationError: The private key does not belong to certificate {str(path)!r}, "
        "which is for 'planner'. Give the key that the certificate was made with."
    )


def test_a_key_that_is_not_rsa_is_refused() -> None:
    curve = holder("curve", key=ec.generate_private_key(ec.SECP256R1()))
    assert refusal_message(curve.pem, curve.key_pem()) == (
        "AuthenticationError: The private key of certificate given is not an RSA key, and Anaplan "
        "takes only those. Have a certificate made for an RSA key."
    )


def test_a_missing_key_password_is_asked_for(planner: Holder, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(planner.key_pem(PASSWORD.encode()))
    expected = (
        f"AuthenticationError: The private key {str(path)!r} is encrypted. Give its password: "
        "password=..., or ANAPLAN_PRIVATE_KEY_PASSWORD."
    )
    assert refusal_message(planner.pem, path) == expected
    path.write_bytes(planner.key_pem(PASSWORD.encode(), PrivateFormat.TraditionalOpenSSL))
    assert refusal_message(planner.pem, path, "") == expected


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_wrong_key_password_is_named(
    planner: Holder, tmp_path: Path, form: PrivateFormat
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(planner.key_pem(PASSWORD.encode(), form))
    assert refusal_message(planner.pem, path, "wrong") == (
        f"AuthenticationError: The private key {str(path)!r} cannot be opened with this password. "
        "Check the password."
    )


def test_a_file_that_does_not_exist_is_named(planner: Holder) -> None:
    assert refusal_message("nowhere/cert.pem", planner.key_pem()) == (
        "ConfigurationError: The certificate 'nowhere/cert.pem': there is no such file. "
        "Check the path."
    )
    assert refusal_message(planner.pem, "nowhere/key.pem").startswith(
        "ConfigurationError: The private key 'nowhere/key.pem': there is no such file."
    )


def test_a_folder_is_refused(planner: Holder, tmp_path: Path) -> None:
    assert "it cannot be read (" in refusal_message(tmp_path, planner.key_pem())


def test_der_comes_with_the_command_that_converts_it(planner: Holder, tmp_path: Path) -> None:
    certificate, key = tmp_path / "planner.cer", tmp_path / "planner.key"
    certificate.write_bytes(planner.certificate.public_bytes(Encoding.DER))
    key.write_bytes(planner.key_der())
    assert refusal_message(certificate, planner.key_pem()) == (
        f"ConfigurationError: The certificate {str(certificate)!r} is in DER, not PEM. Convert it: "
        f"openssl x509 -inform der -in '{certificate}' -out x509.pem"
    )
    assert refusal_message(planner.pem, key) == (
        f"ConfigurationError: The private key {str(key)!r} is in DER, not PEM. Convert it: "
        f"openssl pkey -inform der -in '{key}' -out pkey.pem"
    )


def test_a_keystore_instead_of_pem_leads_to_keystore_auth(planner: Holder) -> None:
    assert isinstance(planner.key, rsa.RSAPrivateKey)
    store = pkcs12.serialize_key_and_certificates(
        b"planner", planner.key, planner.certificate, None, NoEncryption()
    )
    assert refusal_message(store) == (
        "ConfigurationError: The certificate given is a PKCS#12 keystore. "
        "Open it with KeystoreAuth(path, password)."
    )


def test_text_that_is_not_pem_is_named(planner: Holder) -> None:
    assert refusal_message(b"hello", planner.key_pem()) == (
        "ConfigurationError: The certificate given does not hold a certificate in PEM (text from "
        "-----BEGIN to -----END). Check that it is the right file."
    )
    assert "does not hold a private key in PEM" in refusal_message(planner.pem, planner.pem)


def test_damaged_pem_is_named(planner: Holder) -> None:
    damaged = planner.pem.replace(planner.pem[100:140], b"A" * 40)
    assert "holds a damaged certificate. Copy it again." in refusal_message(
        damaged, planner.key_pem()
    )
    pem = planner.key_pem()
    assert "is damaged. Copy it again." in refusal_message(planner.pem, pem[:200] + pem[400:])


def test_a_key_in_openssh_format_comes_with_the_command_that_converts_it(planner: Holder) -> None:
    pem = planner.key_pem(form=PrivateFormat.OpenSSH)
    assert refusal_message(planner.pem, pem).endswith("Convert it: ssh-keygen -p -m PKCS8 -f FILE")


def test_an_unknown_data_format_is_refused(planner: Holder) -> None:
    assert refusal_message(planner.pem, planner.key_pem(), data_format="v3") == (
        "ConfigurationError: data_format='v3': use 'v2' (now usual) or 'v1'."
    )


def test_repr_shows_the_owner_and_no_secret(planner: Holder) -> None:
    credential = CertificateAuth(planner.pem, planner.key_pem(PASSWORD.encode()), PASSWORD)
    assert repr(credential) == "CertificateAuth(certificate given, of 'planner')"
    assert PASSWORD not in repr(vars(credential))


KEY = rsa_key("planner").private_bytes(
    Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
)


@pytest.mark.parametrize(
    "certificate", [None, holder("authority").pem, b"nothing"], ids=["none", "other", "unreadable"]
)
def test_no_frame_of_an_error_shows_key_or_password(certificate: bytes | None) -> None:
    certificate = certificate or holder("planner", last=date("2100-01-01")).pem[:-200]
    with pytest.raises((AuthenticationError, ConfigurationError)) as caught:
        CertificateAuth(certificate, KEY, PASSWORD)
    each = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown = "".join(each.format())
    assert "PRIVATE KEY-----" not in shown
    assert PASSWORD not in shown


def test_no_frame_of_a_wrong_password_shows_it(planner: Holder) -> None:
    with pytest.raises(AuthenticationError) as caught:
        CertificateAuth(planner.pem, planner.key_pem(b"another"), PASSWORD)
    each = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown = "".join(each.format())
    assert "PRIVATE KEY-----" not in shown
    assert PASSWORD not in shown
