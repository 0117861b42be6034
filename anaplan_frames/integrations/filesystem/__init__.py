"""Files and exports of models as a file system of fsspec: ``anaplan://workspace/model/files/name``.

>>> pd.read_csv("anaplan://Demo/Flight%20Planning/files/flights.csv")  # doctest: +SKIP
"""

from __future__ import annotations

from anaplan_frames.errors import MissingExtra

try:
    import fsspec  # noqa: F401
except ImportError as _error:
    raise MissingExtra("The file system anaplan://", "fsspec") from _error

from anaplan_frames.integrations.filesystem.anaplan_filesystem import AnaplanFileSystem

__all__ = ["AnaplanFileSystem"]
