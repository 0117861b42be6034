"""Folders that only the user of this process can read."""

from __future__ import annotations

import os
from pathlib import Path

_ONLY_THIS_USER = 0o700


def make_private_folder(folder: Path) -> None:
    """Make a folder that only this user can read, or change an existing one of this user's.

    The folder of another user stays as it is; systems without such modes ignore them.
    """
    folder.mkdir(mode=_ONLY_THIS_USER, parents=True, exist_ok=True)
    if os.name == "posix" and folder.stat().st_uid == os.geteuid():
        folder.chmod(_ONLY_THIS_USER)
