"""Which stored login is used if nothing else is set: what ``anaplan-frames login`` notes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from anaplan_frames.auth.refresh_grant import StoredLoginAuth
from anaplan_frames.auth.token_store import FileStore, KeyringStore, TokenStore
from anaplan_frames.json_parsing import parse_json

LOGIN_FILE = "login.json"  # next to the profile file


@dataclass(frozen=True, slots=True)
class NotedLogin:
    """Where a stored login is; it holds no secret.

    Attributes
    ----------
    client_id : str
    file : str or None
        The file that holds it; None for the keyring.
    region : str or None
    """

    client_id: str
    file: str | None = None
    region: str | None = None

    @property
    def store(self) -> TokenStore:
        """The store that holds it."""
        return KeyringStore(self.client_id) if self.file is None else FileStore(self.file)

    def credentials(self) -> StoredLoginAuth:
        """Return what renews it."""
        return StoredLoginAuth(self.client_id, self.store)


def note_login(login: NotedLogin, path: Path) -> None:
    """Note that a stored login is the one to use."""
    FileStore(path).save(json.dumps(asdict(login)))


def noted_login(path: Path) -> NotedLogin | None:
    """Return the stored login to use; None if there is none."""
    try:
        return NotedLogin(**parse_json(FileStore(path).load() or "null"))
    except (ValueError, TypeError):
        return None


def forget_login(path: Path) -> None:
    """Remove the note."""
    FileStore(path).save("")
