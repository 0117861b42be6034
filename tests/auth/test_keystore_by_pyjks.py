"""Our reader of JKS and JCEKS against `pyjks`; its dependency twofish needs a C compiler."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import example, given, settings
from hypothesis import strategies as st

from anaplan_frames.auth import KeystoreAuth
from anaplan_frames.auth.java_keystore import open_java_keystore
from anaplan_frames.auth.key_files import KeySource
from anaplan_frames.auth.secret import Secret
from anaplan_frames.errors import AuthenticationError, ConfigurationError
from tests.auth.java_stores import certificate_of, signed
from tests.auth.making import holder

jks = pytest.importorskip("jks", reason="pyjks is not installed: pip install pyjks")
pytest.importorskip("jks.sun_crypto")

DATA = Path(__file__).parent / "data"
STORE = "store-password"
WORDS = "pässwörd 日本 🔑"
STORES = {
    **{path.name: STORE for path in sorted(DATA.glob("*.j*ks"))},
    "words.jks": WORDS,
    "words.jceks": WORDS,
}
OWNERS = [holder(name) for name in ("planner", "auditor", "clerk")]
AUTHORITIES = [holder(name) for name in ("issuer", "root")]

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
# pyjks writes aliases in lower case, and NUL and surrogate pairs otherwise than Java does.
ALIASES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(str.lower),
    min_size=1,
    max_size=len(OWNERS),
    unique_by=str.casefold,
)
ENTRIES = st.tuples(ALIASES, st.lists(TEXTS, min_size=3, max_size=3), st.integers(0, 2))


def ours(content: bytes, password: str) -> dict[str, Any]:
    source = KeySource("keystore", None, Secret(content))
    return dict(open_java_keystore(source, Secret(password)))


def theirs(content: bytes, password: str) -> dict[str, Any]:
    store = jks.KeyStore.loads(content, password, try_decrypt_keys=False)
    return dict(store.private_keys)


def sent(credential: KeystoreAuth) -> x509.Certificate:
    encoded = credential.login().headers["Authorization"].split()[1]
    return x509.load_pem_x509_certificate(base64.b64decode(encoded))


def assert_alike(
    content: bytes, password: str, key_password: Callable[[str], str]
) -> dict[str, Any]:
    """Check that both find the same keys and chains, and return ours."""
    found, expected = ours(content, password), theirs(content, password)
    assert found.keys() == expected.keys()
    for alias, entry in expected.items():
        secret = key_password(alias)
        entry.decrypt(secret)
        opened = found[alias].open(Secret(secret))
        assert opened is not None
        key, chain = opened
        form = (Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        assert key.private_bytes(*form) == entry.pkey_pkcs8
        assert [each.public_bytes(Encoding.DER) for each in chain] == [
            content for _, content in entry.cert_chain
        ]
    return found


KEY_PASSWORDS = {
    ("one", "planner"): STORE,
    ("chain", "planner"): STORE,
    ("repeated", "planner"): STORE,
    ("two", "planner"): "key-Planner",
    ("two", "auditor"): "key-Auditor",
    ("secrets", "planner"): "key-Planner",
    ("secrets", "accountant"): "key-Accountant",
}


@pytest.mark.parametrize("name", [name for name in STORES if not name.startswith("words")])
def test_a_keystore_by_keytool_is_read_alike(name: str) -> None:
    stem = name.partition(".")[0]
    content = (DATA / name).read_bytes()
    found = assert_alike(content, STORES[name], lambda alias: KEY_PASSWORDS[stem, alias])
    assert {(stem, alias) for alias in found} == {each for each in KEY_PASSWORDS if each[0] == stem}


@pytest.mark.long
@given(TEXTS, ENTRIES)
@example(WORDS, (["plänner 日本 🔑", "", "\0"], ["\0", WORDS, "a"], 2))
def test_a_jks_keystore_by_pyjks_is_read_alike(
    password: str, drawn: tuple[list[str], list[str], int]
) -> None:
    aliases, key_passwords, authorities = drawn
    secrets = dict(zip(aliases, key_passwords, strict=False))
    chosen = dict(zip(aliases, OWNERS, strict=False))
    entries = []
    for alias, owner in chosen.items():
        chain = [certificate_of(each) for each in (owner, *AUTHORITIES[:authorities])]
        entry = jks.PrivateKeyEntry.new(alias, chain, owner.key_der())
        entry.encrypt(secrets[alias])
        entries.append(entry)
    trusted = jks.TrustedCertEntry.new("trusted authority", certificate_of(AUTHORITIES[0]))
    content = jks.KeyStore.new("jks", [trusted, *entries]).saves(password)
    assert_alike(content, password, secrets.__getitem__)
    for alias, owner in chosen.items():
        credential = KeystoreAuth(content, password, alias, secrets[alias])
        assert sent(credential) == owner.certificate
    wrong_passwords_are_told_apart(content, password, aliases[0], secrets[aliases[0]])


def wrong_passwords_are_told_apart(
    content: bytes, password: str, alias: str, key_password: str
) -> None:
    with pytest.raises(jks.util.KeystoreSignatureException):
        theirs(content, password + "x")
    with pytest.raises(AuthenticationError, match="Check the keystore's password"):
        KeystoreAuth(content, password + "x", alias, key_password)
    with pytest.raises(jks.util.DecryptionFailureException):
        theirs(content, password)[alias].decrypt(key_password + "x")
    with pytest.raises(AuthenticationError, match="Give the key's own password"):
        KeystoreAuth(content, password, alias, key_password + "x")


EDITS = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 4), st.binary(max_size=4))


@settings(max_examples=200)
@given(st.sampled_from(["two.jks", "chain.jks", "one.jceks"]), EDITS, st.booleans())
def test_what_pyjks_refuses_is_refused_and_what_it_reads_is_read_alike(
    name: str, edit: tuple[float, int, bytes], sign: bool
) -> None:
    content = (DATA / name).read_bytes()
    where, gone, come = edit
    at = int(where * len(content))
    content = content[:at] + come + content[at + gone :]
    if sign:
        content = signed(content[:-20], STORE)
    try:
        expected = theirs(content, STORE)
    except Exception:
        expected = None
    try:
        found = ours(content, STORE) if content[:4] in (b"\xfe\xed" * 2, b"\xce" * 4) else None
    except (AuthenticationError, ConfigurationError):
        found = None
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert {alias: key.chain for alias, key in found.items()} == {
            alias: entry.cert_chain for alias, entry in expected.items()
        }
