"""Errors about paths, which are those of Python for files, too."""

from __future__ import annotations

import errno

from anaplan_frames.errors import NotFound


class NoSuchFile(NotFound, FileNotFoundError):
    """There is no such path for this user; names the near names."""

    def __new__(cls, *args: object) -> NoSuchFile:
        """Make it as Python makes errors of files, also out of a pickle."""
        return FileNotFoundError.__new__(cls, *args)


def is_directory(path: str) -> IsADirectoryError:
    """Return the error for a path that is too short."""
    return IsADirectoryError(
        errno.EISDIR,
        "This path is a folder. Give all four parts of a file: anaplan://workspace/model/files/name",
        path,
    )


def not_allowed(path: str, why: str) -> PermissionError:
    """Return the error for what cannot be done with a path."""
    return PermissionError(errno.EPERM, why.rstrip("."), path)
