"""The class of fsspec that file systems derive from; its types, which fsspec does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:

    class FileSystemType(type):
        """Makes instances, and keeps them by their options."""

        def __call__(cls, *args: Any, **options: Any) -> Any:
            """Return a new instance, or the one with these options."""

    class FileSystem(metaclass=FileSystemType):
        """What `fsspec.AbstractFileSystem` has; of it, what is used here."""

        storage_options: dict[str, Any]

        def __init__(self, **options: Any) -> None: ...

        def open(self, path: str, mode: str = "rb", *args: Any, **options: Any) -> Any:
            """Open a file."""

        def isdir(self, path: str) -> bool:
            """Whether it is a folder."""

        def get_file(self, rpath: str, lpath: Any, *args: Any, **options: Any) -> None:
            """Copy a file to this machine."""

        def __getattr__(self, name: str) -> Any: ...

else:
    from fsspec import AbstractFileSystem as FileSystem

    FileSystemType = type(FileSystem)
