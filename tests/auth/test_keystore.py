"""Keystores, recognized by content, and the message of each fault."""

from __future__ import annotations

import base64
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from anaplan_frames.auth import KeystoreAuth
from anaplan_frames.errors import AuthenticationError, ConfigurationError
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transport import Transport
from tests.auth.java_stores import certificate_entry, jks_store, key_entry
from tests.auth.making import Holder, date, holder

DATA = Path(__file__).parent / "data"
JAVA = [DATA / "two.jks", DATA / "two.jceks"]
KEYTOOL = [*JAVA, DATA / "two.pkcs12"]
STORE, KEY = "store-password", "key-Planner"


@pytest.fixture(scope="module")
def planner() -> Holder:
    return holder("planner")


def certificate_of(credential: KeystoreAuth) -> x509.Certificate:
    encoded = credential.login().headers["Authorization"].split()[1]
    return x509.load_pem_x509_certificate(base64.b64decode(encoded))


def subject_of(credential: KeystoreAuth) -> str:
    return certificate_of(credential).subject.rfc4514_string()


def java_store(one: Holder, *chain: Holder) -> bytes:
    return jks_store([key_entry("planner", [one, *chain], STORE)], STORE)


def p12_store(
    one: Holder,
    *chain: Holder,
    alias: bytes | None = b"planner",
    guard: KeySerializationEncryption | None = None,
) -> bytes:
    assert isinstance(one.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return pkcs12.serialize_key_and_certificates(
        alias,
        one.key,
        one.certificate,
        [each.certificate for each in chain],
        guard or BestAvailableEncryption(STORE.encode()),
    )


@pytest.mark.parametrize("path", KEYTOOL, ids=lambda path: path.suffix)
@pytest.mark.parametrize("alias", ["planner", "auditor", "Auditor"])
def test_each_key_of_a_keystore_by_keytool_opens_by_its_alias(path: Path, alias: str) -> None:
    name = alias.capitalize()
    key_password = None if path.suffix == ".pkcs12" else f"key-{name}"
    assert subject_of(KeystoreAuth(path, STORE, alias, key_password)) == f"CN={name}"


@pytest.mark.parametrize("path", KEYTOOL, ids=lambda path: path.suffix)
def test_the_name_of_the_file_does_not_matter(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "keystore.jks"
    other.write_bytes(path.read_bytes())
    key_password = None if path.suffix == ".pkcs12" else KEY
    assert subject_of(KeystoreAuth(str(other), STORE, "planner", key_password)) == "CN=Planner"


@pytest.mark.parametrize("name", ["one.jks", "one.jceks", "one.pkcs12"])
def test_one_key_needs_no_alias_and_the_keystores_password_opens_it(name: str) -> None:
    assert subject_of(KeystoreAuth(DATA / name, STORE)) == "CN=Planner"


def test_of_a_chain_the_certificate_of_the_key_is_sent(planner: Holder) -> None:
    store = java_store(planner, holder("authority"))
    assert certificate_of(KeystoreAuth(store, STORE)) == planner.certificate


@pytest.mark.parametrize("alias", [b"planner", None, "plänner".encode()])
def test_pkcs12_opens_with_and_without_an_alias(planner: Holder, alias: bytes | None) -> None:
    store = p12_store(planner, holder("authority"), alias=alias)
    assert certificate_of(KeystoreAuth(store, STORE)) == planner.certificate
    if alias:
        credential = KeystoreAuth(store, STORE, alias.decode())
        assert certificate_of(credential) == planner.certificate


def test_pkcs12_in_the_old_encryption_of_java_8_opens(planner: Holder) -> None:
    guard = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(2000)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .build(STORE.encode())
    )
    assert certificate_of(KeystoreAuth(p12_store(planner, guard=guard), STORE, "planner"))


def test_pkcs12_without_a_password_opens_with_an_empty_one(planner: Holder) -> None:
    assert KeystoreAuth(p12_store(planner, guard=NoEncryption()), "").login()


def test_the_sandbox_accepts_the_login(demo_sandbox: Sandbox) -> None:
    credential = KeystoreAuth(DATA / "two.jks", STORE, "planner", KEY)
    demo_sandbox.register_certificate(certificate_of(credential).public_bytes(Encoding.PEM))
    transport = Transport(credential, api_url=demo_sandbox.api_url, auth_url=demo_sandbox.auth_url)
    assert transport.get("/users/me", label="me")["user"]["email"] == demo_sandbox.email
    transport.close()


def refusal_message(*args: object) -> str:
    """Return the words with which a keystore is refused, without the folder."""
    with pytest.raises((AuthenticationError, ConfigurationError)) as caught:
        KeystoreAuth(*args)  # type: ignore[arg-type]
    return f"{caught.type.__name__}: {caught.value}".replace(f"{DATA}/", "")


@pytest.mark.parametrize("path", JAVA, ids=lambda path: path.suffix)
def test_a_wrong_keystore_password_is_named(path: Path) -> None:
    assert refusal_message(path, "wrong", "planner", KEY) == (
        f"AuthenticationError: The keystore '{path.name}' cannot be opened with this password. "
        "Check the keystore's password."
    )


def test_a_wrong_password_of_a_pkcs12_keystore_is_named() -> None:
    assert refusal_message(DATA / "two.pkcs12", "wrong", "planner") == (
        "AuthenticationError: The keystore 'two.pkcs12' cannot be opened with this password. "
        "Check the keystore's password; if that is right, the file is damaged."
    )


@pytest.mark.parametrize("path", JAVA, ids=lambda path: path.suffix)
@pytest.mark.parametrize("key_password", [None, "wrong", "key-Auditor", "pässword"])
def test_a_wrong_key_password_is_named(path: Path, key_password: str | None) -> None:
    assert refusal_message(path, STORE, "planner", key_password) == (
        f"AuthenticationError: The key 'planner' in the keystore '{path.name}' cannot be opened "
        "with this password. Give the key's own password: key_password=..., or "
        "ANAPLAN_KEYSTORE_KEY_PASSWORD."
    )


@pytest.mark.parametrize("path", KEYTOOL, ids=lambda path: path.suffix)
def test_an_unknown_alias_names_the_near_ones_and_all_there_are(path: Path) -> None:
    assert refusal_message(path, STORE, "planer") == (
        f"ConfigurationError: The keystore '{path.name}' has no key 'planer'. Did you mean "
        "'planner'? It holds: 'auditor', 'planner'."
    )


@pytest.mark.parametrize("path", KEYTOOL, ids=lambda path: path.suffix)
def test_a_trusted_certificate_is_not_a_key(path: Path) -> None:
    assert "has no key 'authority'." in refusal_message(path, STORE, "authority")


@pytest.mark.parametrize("path", KEYTOOL, ids=lambda path: path.suffix)
def test_several_keys_and_no_alias_are_named(path: Path) -> None:
    assert refusal_message(path, STORE) == (
        f"ConfigurationError: The keystore '{path.name}' holds several keys: 'auditor', 'planner'. "
        "Say which: alias=..., or ANAPLAN_KEYSTORE_ALIAS."
    )


def test_a_keystore_without_a_key_is_named(planner: Holder) -> None:
    store = jks_store([certificate_entry("authority", planner)], STORE)
    assert "holds no private key" in refusal_message(store, STORE)
    without_traceback = pkcs12.serialize_key_and_certificates(
        None, None, None, [planner.certificate], BestAvailableEncryption(STORE.encode())
    )
    assert "holds no private key" in refusal_message(without_traceback, STORE)


def test_an_expired_certificate_in_a_keystore_is_named() -> None:
    old = holder("planner", first=date("2001-01-01"), last=date("2002-02-03"))
    for store in (java_store(old), p12_store(old)):
        assert refusal_message(store, STORE) == (
            "AuthenticationError: The certificate 'planner' in the keystore given of 'planner' "
            "expired on 2002-02-03. Have a new one made, and register it with Anaplan."
        )


def test_a_key_that_is_not_rsa_is_refused() -> None:
    curve = holder("curve", key=ec.generate_private_key(ec.SECP256R1()))
    assert "is not an RSA key, and Anaplan takes only those" in refusal_message(
        p12_store(curve), STORE
    )


def test_a_key_with_the_certificate_of_another_is_refused(planner: Holder) -> None:
    other = Holder(planner.key, holder("authority").certificate)
    assert (
        "The private key does not belong to certificate 'planner' in the keystore"
        in refusal_message(java_store(other), STORE)
    )


@pytest.mark.parametrize("path", KEYTOOL, ids=lambda path: path.suffix)
def test_a_damaged_keystore_is_named_and_never_crashes(path: Path) -> None:
    content = path.read_bytes()
    for length in (4, 20, 100, len(content) // 2, len(content) - 30):
        assert "damaged" in refusal_message(content[:length], STORE) or length == 4


def test_a_file_that_is_not_a_keystore_is_named(planner: Holder) -> None:
    assert refusal_message(planner.pem, STORE) == (
        "ConfigurationError: The keystore given is not a keystore (JKS, JCEKS or PKCS#12). "
        "If it is PEM text, use CertificateAuth."
    )
    assert refusal_message("nowhere.jks", STORE) == (
        "ConfigurationError: The keystore 'nowhere.jks': there is no such file. Check the path."
    )


def test_no_keystore_by_java_needs_an_extra() -> None:
    script = (
        "import sys; sys.modules.update(jks=None, javaobj=None, twofish=None)\n"
        "from anaplan_frames.auth import KeystoreAuth\n"
        f"for path in {[str(path) for path in JAVA]}:\n"
        f"    KeystoreAuth(path, {STORE!r}, 'planner', {KEY!r}).login()\n"
        f"KeystoreAuth({str(DATA / 'two.pkcs12')!r}, {STORE!r}, 'planner').login()\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("path", KEYTOOL, ids=lambda path: path.suffix)
def test_no_frame_of_an_error_shows_a_password(path: Path) -> None:
    with pytest.raises((AuthenticationError, ConfigurationError)) as caught:
        KeystoreAuth(path, STORE, "nobody", KEY)
    text = ""
    error: BaseException | None = caught.value
    while error is not None:
        each = traceback.TracebackException.from_exception(error, capture_locals=True)
        text += "".join(each.format())
        error = error.__cause__ or error.__context__
    assert STORE not in text
    assert KEY not in text


def test_repr_shows_the_owner_and_no_secret() -> None:
    credential = KeystoreAuth((DATA / "two.jks").read_bytes(), STORE, "planner", KEY)
    assert repr(credential) == (
        "KeystoreAuth(certificate 'planner' in the keystore given, of 'Planner')"
    )
    assert STORE not in repr(vars(credential))
