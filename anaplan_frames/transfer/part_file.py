"""The hidden file in which a download gathers, that nobody else may have put there."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_FLAGS = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def open_part(goal: Path, earlier: str = "") -> Iterator[tuple[BinaryIO, Path]]:
    """Open a new file next to `goal`, or the one of an earlier run; only this user may read it.

    Parameters
    ----------
    goal : Path
        What is downloaded to.
    earlier : str, optional
        The name of the file of an earlier run. It is used only if it is a plain file of this user
        with no other name.
    """
    part = goal.with_name(earlier) if _is_part_of(goal, earlier) else None
    descriptor = None if part is None else _reopened(part)
    if part is None or descriptor is None:
        part = goal.with_name(f".{goal.name}.{secrets.token_hex(4)}.part")
        descriptor = os.open(part, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "r+b") as out:
        yield out, part


def keep_mode(part: Path, goal: Path) -> None:
    """Give the part the mode of what it is going to replace."""
    with suppress(OSError):
        os.chmod(part, stat.S_IMODE(goal.stat().st_mode))


def _is_part_of(goal: Path, name: str) -> bool:
    return name.startswith(f".{goal.name}.") and name.endswith(".part") and Path(name).name == name


def _reopened(part: Path) -> int | None:
    try:
        descriptor = os.open(part, _FLAGS)
    except OSError:
        return None
    found = os.fstat(descriptor)
    ours = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    if stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and ours:
        return descriptor
    os.close(descriptor)
    return None
