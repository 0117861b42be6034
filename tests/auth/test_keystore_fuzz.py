"""Damaged and hostile Java keystores: refused in words, at once, and with little memory."""

from __future__ import annotations

import tracemalloc
import warnings
from pathlib import Path

import pytest
from cryptography.utils import CryptographyDeprecationWarning
from hypothesis import given, settings
from hypothesis import strategies as st

from anaplan_frames.auth import KeystoreAuth
from anaplan_frames.auth.sealed_objects import SUN_OBJECT
from anaplan_frames.errors import AuthenticationError, ConfigurationError
from tests.auth.java_stores import block, number, signed, text

DATA = Path(__file__).parent / "data"
STORE = "store-password"
# Those whose keys are opened in few iterations.
PATHS = [DATA / name for name in ("two.jks", "chain.jks", "secrets.jceks", "repeated.jceks")]
KEY_PASSWORDS = {"two.jks": "key-Planner", "secrets.jceks": "key-Planner"}
DIGEST = 20

EDITS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),  # where
        st.integers(0, 4),  # how many bytes go
        st.binary(max_size=4),  # what comes
    ),
    min_size=1,
    max_size=4,
)


def edited(content: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    for where, gone, come in edits:
        at = int(where * len(content))
        content = content[:at] + come + content[at + gone :]
    return content


def opened_or_refused(path: Path, content: bytes) -> None:
    """Open a keystore with the right passwords; any error but ours ends the test."""
    message = ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        try:
            credential = KeystoreAuth(content, STORE, "planner", KEY_PASSWORDS.get(path.name))
        except (AuthenticationError, ConfigurationError) as error:
            message = str(error)
    if message:
        assert "keystore given" in message
    else:
        assert credential.login().body


@settings(max_examples=120)
@given(st.sampled_from(PATHS), EDITS)
def test_an_edited_keystore_with_the_right_digest_is_opened_or_refused(
    path: Path, edits: list[tuple[float, int, bytes]]
) -> None:
    content = edited(path.read_bytes()[:-DIGEST], edits)
    opened_or_refused(path, signed(content, STORE))


JKS, JCEKS = bytes.fromhex("feedfeed"), bytes.fromhex("cececece")
MANY = 300_000
MOST = number(2**32 - 1)
HEAD = number(2) + MOST
ENTRY = text("planner") + bytes(8)
HOSTILE = {
    "entries": HEAD,
    "empty entries": HEAD + bytes(MANY),
    "keys without anything": HEAD + (number(1) + bytes(18)) * (MANY // 22),
    "certificates without anything": HEAD + (number(2) + bytes(16)) * (MANY // 20),
    "bytes of a key": HEAD + number(1) + ENTRY + MOST + bytes(MANY),
    "certificates of a key": HEAD + number(1) + ENTRY + block(b"") + MOST + bytes(MANY),
    "bytes of a certificate": HEAD + number(2) + ENTRY + text("X.509") + MOST,
    "bytes of an alias": HEAD + number(1) + b"\xff\xff" + b"a" * 99,
    "bytes of a secret key": HEAD + number(3) + ENTRY + SUN_OBJECT + MOST + bytes(MANY),
    "any object": HEAD + number(3) + ENTRY + b"\xac\xed\x00\x05ur" + MOST + bytes(MANY),
}


@pytest.mark.sampled(5)
@pytest.mark.parametrize("magic", [JKS, JCEKS], ids=["jks", "jceks"])
@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_more_than_the_file_holds_is_refused_with_little_memory(
    content: bytes, magic: bytes
) -> None:
    content = magic + content
    tracemalloc.start()
    try:
        with pytest.raises((AuthenticationError, ConfigurationError)):
            KeystoreAuth(content, STORE)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * len(content) + 300_000
