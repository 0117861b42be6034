"""What JKS and JCEKS keystores may hold, and how each part that cannot be read is named."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from types import TracebackType

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.auth import KeystoreAuth
from anaplan_frames.errors import AuthenticationError, ConfigurationError, MissingExtra
from tests.auth.java_stores import (
    certificate_entry,
    certificate_of,
    der,
    jks_store,
    key_entry,
    key_info,
    number,
    private_key,
    protected,
    signed,
)
from tests.auth.making import Holder, holder
from tests.secrets.looking import assert_nothing_shows, by_python, ended

DATA = Path(__file__).parent / "data"
STORE = "store-password"
WORDS = "pässwörd 日本 🔑"
SUN_CLASS = b"com.sun.crypto.provider.SealedObjectForKeyProtector"
OTHER_CLASS = b"com.ibm.crypto.provider.SealedObjectForKeyProtector"
DIGEST = 20


@pytest.fixture(scope="module")
def planner() -> Holder:
    return holder("planner")


def sent(credential: KeystoreAuth) -> x509.Certificate:
    encoded = credential.login().headers["Authorization"].split()[1]
    return x509.load_pem_x509_certificate(base64.b64decode(encoded))


def names(credential: KeystoreAuth) -> tuple[str, str]:
    """Return whom the certificate that is sent belongs to, and who signed it."""
    certificate = sent(credential)
    return certificate.subject.rfc4514_string(), certificate.issuer.rfc4514_string()


def refusal(*args: object) -> str:
    with pytest.raises((AuthenticationError, ConfigurationError)) as caught:
        KeystoreAuth(*args)  # type: ignore[arg-type]
    return f"{caught.type.__name__}: {caught.value}"


@pytest.mark.parametrize("name", ["chain.jks", "chain.jceks"])
def test_of_a_chain_by_keytool_the_certificate_of_the_key_is_sent(name: str) -> None:
    assert names(KeystoreAuth(DATA / name, STORE)) == ("CN=Planner", "CN=Issuer")


@pytest.mark.parametrize(
    ("name", "key_password"), [("words.jks", f"key {WORDS}"), ("words.jceks", "key-Planner")]
)
@pytest.mark.parametrize("alias", [None, "plänner 日本 🔑", "PLÄNNER 日本 🔑"])
def test_passwords_and_aliases_need_not_be_ascii(
    name: str, key_password: str, alias: str | None
) -> None:
    credential = KeystoreAuth(DATA / name, WORDS, alias, key_password)
    assert repr(credential).startswith("KeystoreAuth(certificate 'plänner 日本 🔑' in the keystore")
    assert names(credential)[0] == "CN=Planner"


@pytest.mark.parametrize("name", ["words.jks", "words.jceks"])
@pytest.mark.parametrize("wrong", ["", "passwort", WORDS[:-1], WORDS + " ", "\ud83d"])
def test_a_wrong_password_may_be_any_text(name: str, wrong: str) -> None:
    assert "cannot be opened with this password. Check" in refusal(DATA / name, wrong or "x")
    assert "Give the key's own password" in refusal(DATA / name, WORDS, None, wrong or "x")


@pytest.mark.parametrize("name", ["Planner", "Accountant"])
def test_secret_keys_before_and_between_are_passed_over(name: str) -> None:
    credential = KeystoreAuth(DATA / "secrets.jceks", STORE, name, f"key-{name}")
    assert names(credential)[0] == f"CN={name}"


def test_secret_keys_are_not_listed() -> None:
    assert refusal(DATA / "secrets.jceks", STORE, "token").endswith(
        "has no key 'token'. It holds: 'accountant', 'planner'."
    )


def test_a_salt_with_equal_halves_is_changed_as_java_does() -> None:
    assert names(KeystoreAuth(DATA / "repeated.jceks", STORE))[0] == "CN=Planner"
    assert "Give the key's own password" in refusal(
        DATA / "repeated.jceks", STORE, "planner", "wrong"
    )


def of_another_provider() -> bytes:
    """Return secrets.jceks as a Java whose own classes have other names would write it."""
    content = (DATA / "secrets.jceks").read_bytes()[:-DIGEST]
    assert content.count(SUN_CLASS) == 4
    return signed(content.replace(SUN_CLASS, OTHER_CLASS), STORE)


def with_the_secret_key_last() -> bytes:
    """Return repeated.jceks with a secret key of another provider behind the private key."""
    content = of_another_provider()
    first, last = 12, content.index(b"\x00\x00\x00\x01\x00\x0aaccountant")
    one = (DATA / "repeated.jceks").read_bytes()[:-DIGEST]
    return signed(one[:8] + number(2) + one[12:] + content[first:last], STORE)


def test_secret_keys_of_another_provider_are_read_with_the_extra() -> None:
    pytest.importorskip("javaobj", reason="the extra is not installed")
    credential = KeystoreAuth(of_another_provider(), STORE, "planner", "key-Planner")
    assert names(credential)[0] == "CN=Planner"


def test_secret_keys_of_another_provider_need_an_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "javaobj", None)
    path = tmp_path / "other.jceks"
    path.write_bytes(of_another_provider())
    with pytest.raises(MissingExtra) as caught:
        KeystoreAuth(path, STORE, "planner", "key-Planner")
    assert str(caught.value) == (
        f"The keystore '{path}' has a secret key that Java's own provider did not write. To read "
        "the keys after it, the library needs an extra: pip install 'anaplan-frames[keystore]'. "
        "Or convert the key that you need, once: keytool -importkeystore -srckeystore "
        f"'{path}' -srcstoretype jceks -srcalias ALIAS -destkeystore keystore.p12 "
        "-deststoretype pkcs12"
    )
    assert "Check the keystore's password" in refusal(path, "wrong", "planner", "key-Planner")


def test_a_secret_key_of_another_provider_at_the_end_needs_no_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "javaobj", None)
    assert names(KeystoreAuth(with_the_secret_key_last(), STORE))[0] == "CN=Planner"


def test_a_damaged_secret_key_is_named_and_not_logged(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("javaobj", reason="the extra is not installed")
    content = of_another_provider()[:-DIGEST]
    damaged = signed(content.replace(b"\xac\xed\x00\x05sr", b"\xac\xed\x00\x05zz", 1), STORE)
    assert "is damaged. Copy it again" in refusal(damaged, STORE, "planner", "key-Planner")
    assert capsys.readouterr().err == ""
    assert not caplog.records


PASSWORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
ALIASES = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=20)


@given(PASSWORDS, PASSWORDS, st.lists(ALIASES, min_size=1, max_size=4, unique_by=str.casefold))
def test_each_alias_and_password_opens_what_it_was_written_with(
    password: str, key_password: str, aliases: list[str]
) -> None:
    owners = [holder(name) for name in ("planner", "auditor", "clerk", "owner")][: len(aliases)]
    trusted = certificate_entry("authority", holder("authority"))
    entries = [
        key_entry(alias, [owner, holder("authority")], key_password)
        for alias, owner in zip(aliases, owners, strict=True)
    ]
    store = jks_store([trusted, *entries] if "authority" not in aliases else entries, password)
    for alias, owner in zip(aliases, owners, strict=True):
        assert sent(KeystoreAuth(store, password, alias, key_password)) == owner.certificate
    assert "Check the keystore's password" in refusal(store, password + "x", aliases[0])
    assert "Give the key's own password" in refusal(store, password, aliases[0], key_password + "x")


def test_bytes_after_the_digest_are_ignored_as_java_does(planner: Holder) -> None:
    store = jks_store([key_entry("planner", [planner], STORE)], STORE)
    assert KeystoreAuth(store + b"\n", STORE).login()


def damaged_stores(planner: Holder) -> dict[str, bytes]:
    entry = key_entry("planner", [planner], STORE)
    whole = jks_store([entry], STORE)
    return {
        "another version": whole[:4] + number(1) + whole[8:],
        "an alias twice": jks_store([entry, entry], STORE),
        "an alias that is not text": jks_store(
            [entry.replace(b"planner", b"plann\xff\xff")], STORE
        ),
        "an unknown kind of entry": jks_store([number(4) + entry[4:]], STORE),
        "a secret key in JKS": jks_store([number(3) + entry[4:]], STORE),
        "a part of the digest": whole[:-1],
    }


@pytest.mark.parametrize("name", damaged_stores(holder("planner")))
def test_a_damaged_store_is_named(planner: Holder, name: str) -> None:
    assert refusal(damaged_stores(planner)[name], STORE) == (
        "ConfigurationError: The keystore given is damaged. Copy it again, as a binary file."
    )


def jceks_algorithm(salt: bytes, iterations: int) -> bytes:
    kind = der(0x06, bytes.fromhex("2b060104012a021301"))
    count = der(0x02, iterations.to_bytes(4, "big"))
    return der(0x30, kind + der(0x30, der(0x04, salt) + count))


def unreadable(planner: Holder) -> dict[str, tuple[str, bytes]]:
    """Return what is wrong with a key, and its entry."""
    plain = planner.key_der()
    info = key_info(protected(plain, STORE))
    own = certificate_of(planner)
    aes = der(0x30, der(0x06, bytes.fromhex("60864801650304012a")) + der(0x05, b""))
    kind = plain.replace(bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d0101ff"))
    damaged = "it is damaged, or of a kind that is not supported here"
    certificate = "its certificate is damaged or is not X.509"
    return {
        "no DER": (damaged, private_key("planner", b"abc", [own])),
        "nothing": (damaged, private_key("planner", b"", [own])),
        "short": (damaged, private_key("planner", key_info(b"1234"), [own])),
        "half a key": (
            damaged,
            private_key("planner", key_info(protected(plain[:99], STORE)), [own]),
        ),
        "an encrypted key": (damaged, private_key("planner", encrypted_twice(planner), [own])),
        "iterations": (
            damaged,
            private_key("planner", key_info(bytes(16), jceks_algorithm(bytes(8), 2**31)), [own]),
        ),
        "no iteration": (
            damaged,
            private_key("planner", key_info(bytes(16), jceks_algorithm(bytes(8), 0)), [own]),
        ),
        "salt": (
            damaged,
            private_key("planner", key_info(bytes(16), jceks_algorithm(bytes(9), 1000)), [own]),
        ),
        "blocks": (
            damaged,
            private_key("planner", key_info(bytes(17), jceks_algorithm(bytes(8), 1000)), [own]),
        ),
        "another algorithm": (damaged, private_key("planner", key_info(bytes(40), aes), [own])),
        "another kind of key": (
            damaged,
            private_key("planner", key_info(protected(kind, STORE)), [own]),
        ),
        "half a certificate": (certificate, private_key("planner", info, [own[:99]])),
        "half a chain": (certificate, private_key("planner", info, [own, own[:99]])),
        "no certificate": ("it has no certificate", private_key("planner", info, [])),
        "PGP": (certificate, private_key("planner", info, [own], "PGP")),
    }


def encrypted_twice(planner: Holder) -> bytes:
    """Return a key that another tool has encrypted before Java did."""
    guard = BestAvailableEncryption(b"another")
    inner = planner.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, guard)
    return key_info(protected(inner, STORE))


@pytest.mark.parametrize("name", unreadable(holder("planner")))
def test_a_key_that_cannot_be_read_is_named(planner: Holder, name: str) -> None:
    reason, entry = unreadable(planner)[name]
    assert refusal(jks_store([entry], STORE), STORE) == (
        f"ConfigurationError: The key 'planner' in the keystore given cannot be read: {reason}. "
        "See what Java says of it: keytool -list -v -keystore FILE"
    )


def test_a_key_that_is_not_rsa_is_refused() -> None:
    curve = holder("curve", key=ec.generate_private_key(ec.SECP256R1()))
    store = jks_store([key_entry("curve", [curve], STORE)], STORE)
    assert "is not an RSA key, and Anaplan takes only those" in refusal(store, STORE)


@pytest.mark.parametrize("name", unreadable(holder("planner")))
def test_no_frame_of_a_key_that_cannot_be_read_shows_a_password(planner: Holder, name: str) -> None:
    store = jks_store([unreadable(planner)[name][1]], STORE)
    error = ended(lambda: KeystoreAuth(store, STORE))
    assert isinstance(error, ConfigurationError)
    error.__traceback__ = own_frames(error)
    encoded = [STORE.encode("utf-16-be"), planner.key_der()[30:60], store[40:60]]
    assert_nothing_shows(by_python(error), [STORE, *(repr(each)[2:-1] for each in encoded)])


def own_frames(error: BaseException) -> TracebackType | None:
    """Return the frames of an error after those of the tests, which know the secrets."""
    frames = error.__traceback__
    while frames is not None and "tests" in Path(frames.tb_frame.f_code.co_filename).parts:
        frames = frames.tb_next
    assert frames is not None
    return frames
