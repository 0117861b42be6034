"""Where this library keeps files of its own: the user's config folder and cache folder."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_NAME = "anaplan-frames"


def config_folder(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Return the folder of the profile file."""
    home = _home(environ)
    if platform == "win32":
        return Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / _NAME
    if platform == "darwin":
        return home / "Library" / "Application Support" / _NAME
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / _NAME


def cache_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Return the folder of journals and locks; what is in it may be deleted at any time."""
    home = _home(environ)
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / _NAME / "Cache"
    if platform == "darwin":
        return home / "Library" / "Caches" / _NAME
    return Path(environ.get("XDG_CACHE_HOME") or home / ".cache") / _NAME


def writable_cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Make the cache folder; if there can be none, as in many containers, a temporary one."""
    with suppress(OSError, RuntimeError):  # RuntimeError: the user has no home
        folder = private_folder(cache_folder(environ))
        if os.access(folder, os.W_OK):
            return folder
    user = os.getuid() if hasattr(os, "getuid") else environ.get("USERNAME", "")
    folder = private_folder(Path(tempfile.gettempdir()) / f"{_NAME}-{user}")
    _check_owner(folder)
    return folder


def private_folder(path: Path) -> Path:
    """Make a folder, and those above it, into which only this user may look, unless it is there."""
    if not path.is_dir():
        private_folder(path.parent)
        # Made with `parents`, those above would be open to all.
        path.mkdir(mode=0o700, exist_ok=True)
    return path


def sync_folder(folder: Path) -> None:
    """Have a rename on the disk; systems that cannot sync a folder do it by themselves."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def replace_synced(written: Path, path: Path) -> None:
    """Put a file that is written in the place of another one of its folder, or of none.

    Whatever ends the process or the machine, there is the one or the other, and whole.
    """
    with written.open("rb+") as file:
        os.fsync(file.fileno())
    written.replace(path)
    sync_folder(path.parent)


def replace_private(path: Path, text: str) -> None:
    """Write a file that only this user can read, so that it is there whole or not at all."""
    private_folder(path.parent)
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _check_owner(folder: Path) -> None:
    """Refuse a folder that another user of this machine may have made, or may write to.

    Raises
    ------
    PermissionError
        Says what to do.
    """
    found = folder.lstat()
    if not hasattr(os, "getuid"):
        return
    private = not stat.S_IMODE(found.st_mode) & (stat.S_IWGRP | stat.S_IWOTH)
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and private:
        return
    raise PermissionError(
        errno.EACCES,
        "This folder in the system's temporary folder belongs to another user or can be written "
        "to by others. Delete it, or set XDG_CACHE_HOME to a folder of your own",
        str(folder),
    )


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or environ.get("USERPROFILE") or Path.home())
