"""Logins in the keyring of the operating system: the package `keyring`, and one in memory."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError, PasswordSetError

import anaplan_frames as af

LONGEST = 1_280  # characters in one entry, on Windows


class MemoryKeyring(KeyringBackend):
    """Entries in a dict, as short as Windows takes them; may refuse after some of them."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}
        self.left = 10**9

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if len(password) >= LONGEST or not self.left:
            raise PasswordSetError("refused")
        self.left -= 1
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")


@pytest.fixture(scope="module", autouse=True)
def memory() -> Iterator[MemoryKeyring]:
    """Put a keyring in memory in the place of this machine's."""
    before, made = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@given(st.lists(st.text(min_size=1, max_size=5_000), min_size=1, max_size=3))
def test_the_last_text_is_kept_in_entries_that_every_keyring_takes(texts: list[str]) -> None:
    store = af.KeyringStore("client")
    for text in texts:
        store.save(text)
        assert store.load() == text
    store.save("")
    assert store.load() is None


@pytest.mark.parametrize("written", range(4))
def test_a_keyring_that_refuses_in_the_middle_keeps_the_last_text(
    memory: MemoryKeyring, written: int
) -> None:
    store = af.KeyringStore(f"client {written}")
    store.save("before")
    memory.left = written
    with pytest.raises(af.ConfigurationError, match="Unlock it, or keep the login in a file"):
        store.save("x" * 3_500)  # four pieces, and the entry that names them
    memory.left = 10**9
    assert store.load() == "before"


def test_nothing_is_left_of_a_login_that_is_removed(memory: MemoryKeyring) -> None:
    memory.entries.clear()
    store = af.KeyringStore("gone")
    store.save("a" * 2_500)
    store.save("b" * 1_500)
    assert len(memory.entries) == 3
    store.save("")
    assert not memory.entries
