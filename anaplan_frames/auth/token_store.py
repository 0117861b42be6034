"""Where a stored login is kept: the keyring of the operating system, or a file."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, Literal, Protocol

from filelock import FileLock

from anaplan_frames.auth.secret import Secret
from anaplan_frames.errors import ConfigurationError, MissingExtra
from anaplan_frames.folders import config_folder, private_folder, sync_folder, writable_cache_folder
from anaplan_frames.json_parsing import parse_json

_SERVICE = "anaplan-frames"
_PIECE = 1_000  # characters; Windows takes fewer than 1,280 in one entry


class TokenStore(Protocol):
    """Keeps the text of one stored login for all processes of a user.

    Any object with these methods can be passed as ``store=``.
    """

    def load(self) -> str | None:
        """Return the text that was saved last; None if there is none."""

    def save(self, text: str, /) -> None:
        """Keep a text in the place of the last, whole or not at all; an empty one removes it."""

    def lock(self) -> AbstractContextManager[Any]:
        """Return a lock that keeps other processes from loading and saving meanwhile."""


class FileStore:
    """Keeps a stored login in a file that only its user can read.

    Parameters
    ----------
    path : path
        Its folder is made if needed.

    Examples
    --------
    >>> af.DeviceAuth("0123456789abcdef0123456789abcdef", store=af.FileStore("login.json"))
    ... # doctest: +SKIP
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path: Path = Path(path)

    def __repr__(self) -> str:
        return f"FileStore({str(self.path)!r})"

    def load(self) -> str | None:
        """Return the text that was saved last; None if there is none."""
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def save(self, text: str, /) -> None:
        """Keep a text; it is on the disk when this returns. An empty one removes the file."""
        secret = Secret(text)
        del text
        if not secret.reveal():
            self.path.unlink(missing_ok=True)
            return
        private_folder(self.path.parent)
        beside = self.path.with_name(f"{self.path.name}.{uuid.uuid4().hex}")
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:
                file.write(secret.reveal())
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        sync_folder(self.path.parent)

    def lock(self) -> AbstractContextManager[Any]:
        """Return a lock file next to the file."""
        private_folder(self.path.parent)
        return FileLock(self.path.with_name(f"{self.path.name}.lock"), mode=0o600)


class KeyringStore:
    """Keeps a stored login in the keyring of the operating system, by the package ``keyring``.

    Parameters
    ----------
    name : str
        The entry's user name.

    Raises
    ------
    MissingExtra
        ``keyring`` is not installed.
    ConfigurationError
        It is installed, but this machine has no keyring.
    """

    def __init__(self, name: str) -> None:
        self.name: str = name
        self._keyring = _usable_keyring()

    def __repr__(self) -> str:
        return f"KeyringStore({self.name!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return KeyringStore, (self.name,)

    def load(self) -> str | None:
        """Return the text that was saved last; None if there is none."""
        head = self._head()
        if head is None:
            return None
        pieces = [self._get(entry) for entry in self._entries(head)]
        # A piece is missing if somebody has deleted entries by hand.
        return None if None in pieces else "".join(piece for piece in pieces if piece)

    def save(self, text: str, /) -> None:
        """Keep a text, in pieces as short as every keyring takes; an empty one removes it.

        The pieces are written under new names before the entry that names them is changed.
        """
        secret = Secret(text)
        del text
        old = self._head()
        if secret.reveal():
            count = -(-len(secret.reveal()) // _PIECE)
            head = {"id": uuid.uuid4().hex, "pieces": count}
            for number, entry in enumerate(self._entries(head)):
                self._set(entry, Secret(secret.reveal()[number * _PIECE : (number + 1) * _PIECE]))
            self._set(self.name, Secret(json.dumps(head)))
        elif old is not None:
            self._delete(self.name)
        if old is not None:
            for entry in self._entries(old):
                self._delete(entry)

    def lock(self) -> AbstractContextManager[Any]:
        """Return a lock file in the cache folder of the user."""
        digest = hashlib.sha256(self.name.encode()).hexdigest()[:16]
        return FileLock(writable_cache_folder() / f"keyring-{digest}.lock", mode=0o600)

    def _head(self) -> dict[str, Any] | None:
        try:
            head = parse_json(self._get(self.name) or "null")
        except ValueError:
            return None
        return head if isinstance(head, dict) and {"id", "pieces"} <= head.keys() else None

    def _entries(self, head: dict[str, Any]) -> list[str]:
        return [f"{self.name}/{head['id']}/{number}" for number in range(int(head["pieces"]))]

    def _get(self, entry: str) -> str | None:
        found: str | None = self._asked(lambda: self._keyring.get_password(_SERVICE, entry))
        return found

    def _set(self, entry: str, value: Secret[str]) -> None:
        self._asked(lambda: self._keyring.set_password(_SERVICE, entry, value.reveal()))

    def _delete(self, entry: str) -> None:
        with suppress(self._keyring.errors.PasswordDeleteError):
            self._keyring.delete_password(_SERVICE, entry)

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except self._keyring.errors.KeyringError as error:
            trouble = type(error).__name__
        raise ConfigurationError(
            f"The keyring of this machine cannot be used ({trouble}). Unlock it, or keep the login "
            "in a file: store='login.json'."
        )


StoreLike = TokenStore | str | os.PathLike[str] | Literal["auto"] | None


def token_store(given: StoreLike, name: str) -> TokenStore | None:
    """Return the store that ``store=`` names.

    Parameters
    ----------
    given : "auto", path, TokenStore or None
        "auto": the keyring if this machine has one, else a file of mode 0600 in the user's config
        folder. None: nothing is kept.
    name : str
        Of the login, for a keyring's entry or the file.
    """
    if given is None:
        return None
    if given == "auto":
        try:
            return KeyringStore(name)
        except ConfigurationError:
            return FileStore(config_folder(os.environ) / "logins" / f"{name}.json")
    if isinstance(given, str | os.PathLike):
        return FileStore(Path(given).expanduser())
    return given


def _usable_keyring() -> Any:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        raise MissingExtra("Keeping a login in the keyring", "keyring") from None
    if keyring.get_keyring().priority <= 0:
        raise ConfigurationError(
            "This machine has no keyring. Keep the login in a file: store='login.json'."
        )
    return keyring
