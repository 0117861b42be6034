"""`AnaplanFileSystem`: files and exports of models, as fsspec shows them to other libraries."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from fsspec.callbacks import DEFAULT_CALLBACK
from fsspec.config import apply_config

from anaplan_frames.bulk.export_runs import fetch_output
from anaplan_frames.bulk.exports import Export
from anaplan_frames.bulk.files import File
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.connection import Connection
from anaplan_frames.integrations.filesystem.content_reader import ContentReader
from anaplan_frames.integrations.filesystem.content_writer import ContentWriter, TextFile
from anaplan_frames.integrations.filesystem.file_paths import PROTOCOL, canonical
from anaplan_frames.integrations.filesystem.fsspec_base import FileSystem, FileSystemType
from anaplan_frames.integrations.filesystem.model_tree import Entry, ModelTree
from anaplan_frames.integrations.filesystem.path_errors import not_allowed
from anaplan_frames.integrations.filesystem.sealed_options import seal, shown
from anaplan_frames.integrations.filesystem.shared_connections import shared_connection
from anaplan_frames.progress import Progress
from anaplan_frames.resources.text_tables import not_empty

_BY_POSITION = ("email", "password")
_OF_FSSPEC = ("use_listings_cache", "listings_expiry_time", "max_paths")
_pickled: WeakValueDictionary[str, AnaplanFileSystem] = WeakValueDictionary()


class _SealedOptions(FileSystemType):
    """Seals storage options before fsspec keeps them and makes a token of them."""

    def __call__(cls, *args: Any, **options: Any) -> Any:
        # No variable of this frame holds a password: a traceback may show them.
        options.update(zip(_BY_POSITION, args, strict=False))
        surplus = len(args) > len(_BY_POSITION)
        del args
        options = seal(apply_config(cls, options))
        if surplus:
            raise TypeError("Give storage options by name, all but email and password.")
        return super().__call__(**options)


class AnaplanFileSystem(FileSystem, metaclass=_SealedOptions):
    """Files and exports of Anaplan's models, as a file system of fsspec.

    Paths are ``workspace/model/files/name`` and ``workspace/model/exports/name`` after
    ``anaplan://``; each part is a name or an id, percent-encoded or not. A file holds what a user
    has uploaded or a modeler has loaded; an export is run when it is opened.

    Parameters
    ----------
    run : bool, default True
        Run an export before its output is read; False reads what it last wrote.
    connection : Connection, optional
        One that is there already, in place of the options below.
    **options
        Those of `anaplan_frames.connect`, such as ``email``, ``password``, ``auth``, ``profile``
        and ``region``; by default the environment or the profile file has them. fsspec neither
        shows nor keeps credentials.

    Raises
    ------
    ConfigurationError, TypeError
        As `anaplan_frames.connect` does.

    Examples
    --------
    >>> fs = AnaplanFileSystem(profile="prod")  # doctest: +SKIP
    >>> fs.ls("Demo/Flight Planning/files", detail=False)  # doctest: +SKIP
    """

    protocol: ClassVar[str] = PROTOCOL
    root_marker: ClassVar[str] = ""

    def __init__(self, *, run: bool = True, **options: Any) -> None:
        super().__init__(**shown(options))
        self._run = run
        self._key = uuid.uuid4().hex
        self._use(shared_connection({n: v for n, v in options.items() if n not in _OF_FSSPEC}))

    def _use(self, connection: Connection) -> None:
        self._connection = connection
        self._tree = ModelTree(connection)
        self._read: WeakValueDictionary[str, ContentReader] = WeakValueDictionary()

    def __reduce__(self) -> tuple[Any, ...]:
        _pickled[self._key] = self
        options = shown(self.storage_options)
        return _restored, (type(self), self._key, self._connection, options)

    def to_dict(self, *, include_password: bool = True) -> dict[str, Any]:
        """Return what fsspec makes the file system of again, without any credentials.

        A process that makes it of this finds its credentials in the environment or a profile.
        """
        return {
            "cls": f"{type(self).__module__}:{type(self).__name__}",
            "protocol": self.protocol,
            "args": (),
            **shown(self.storage_options),
        }

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(each) for each in path]
        return canonical(os.fspath(path))

    def invalidate_cache(self, path: str | None = None) -> None:
        """Forget which models there are and what they have."""
        self._tree.forget()

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:  # noqa: FBT001, FBT002
        """List what is in a workspace, a model, or a kind; ask Anaplan for it each time.

        Returns
        -------
        list of dict, or of str
            ``name`` (the path), ``type`` (``"file"`` or ``"directory"``) and ``id``. ``size`` of
            a file is None, as Anaplan does not give it. Without `detail`, only the paths.

        Raises
        ------
        FileNotFoundError
            If there is no such workspace, model or file.
        """
        entries = self._tree.entries(self._strip_protocol(path))
        return entries if detail else [entry["name"] for entry in entries]

    def info(self, path: str, **_: Any) -> Entry:
        """Return what `ls` lists of one path.

        Raises
        ------
        FileNotFoundError
            If there is none.
        """
        return self._tree.entry(self._strip_protocol(path))

    def exists(self, path: str, **options: Any) -> bool:
        """Whether there is such a path; raises if that is not known, as without a network."""
        try:
            self.info(path, **options)
        except FileNotFoundError:
            return False
        return True

    def open(
        self,
        path: str,
        mode: str = "rb",
        block_size: int | None = None,
        cache_options: Mapping[str, Any] | None = None,
        compression: str | None = None,
        **options: Any,
    ) -> Any:
        """Open a file to be read or written to, or an export to be read.

        Parameters
        ----------
        path : str
        mode : {"rb", "r", "wb", "w"}
            Text is in the file's own encoding, unless ``encoding=`` says otherwise.
        compression : str, optional
            Of content that is read; Anaplan's imports read no compressed files.
        run : bool, optional
            Of an export: as for the file system.

        Returns
        -------
        file object
            See `ContentReader` and `ContentWriter`.

        Raises
        ------
        FileNotFoundError
            If there is no such file or export; a file cannot be made here.
        ValueError
            If the mode is another one.
        """
        writes = not mode.startswith("r")
        if writes and compression is not None:
            raise ValueError("Anaplan reads no compressed files: leave compression= out.")
        if "b" in mode:
            return super().open(path, mode, block_size, cache_options, compression, **options)
        text = {name: options.pop(name, None) for name in ("encoding", "errors", "newline")}
        text["encoding"] = text["encoding"] or self._encoding(path)
        mode = mode.replace("t", "") + "b"
        content = super().open(path, mode, block_size, cache_options, compression, **options)
        return TextFile(content, **text)

    def _open(
        self,
        path: str,
        mode: str = "rb",
        block_size: int | None = None,
        autocommit: bool = True,  # noqa: FBT001, FBT002
        cache_options: Mapping[str, Any] | None = None,
        *,
        run: bool | None = None,
        **_: Any,
    ) -> ContentReader | ContentWriter:
        if mode == "rb":
            thing = self._tree.thing(path)
            reader = ContentReader(self._fetcher(thing, run=run), path, thing.label)
            self._read[path] = reader
            return reader
        if mode == "xb" and self.exists(path):
            raise FileExistsError(f"{path} exists: open it with mode 'wb' to replace its content.")
        if mode not in ("wb", "xb"):
            raise ValueError(
                f"mode={mode!r} is not possible, as the content of a file in Anaplan is replaced "
                "as a whole. Use 'wb' or 'w' to write and 'rb' or 'r' to read."
            )
        upload = partial(self._tree.writable(path).upload, resume=False, progress=False)
        return ContentWriter(upload, path, autocommit=autocommit)

    def cat_file(
        self, path: str, start: int | None = None, end: int | None = None, **options: Any
    ) -> bytes:
        """Return the content, or the bytes from `start` to `end`, which may be negative."""
        with self.open(path, "rb", **options) as file:
            if any(place is not None and place < 0 for place in (start, end)):
                places = range(file.seek(0, os.SEEK_END))[start:end]
                start, end = places.start, places.stop
            if start:
                file.seek(start)
            content: bytes = file.read(-1 if end is None else max(0, end - (start or 0)))
            return content

    def tail(self, path: str, size: int = 1024) -> bytes:
        """Return the last bytes of the content."""
        return self.cat_file(path, -size)

    def get_file(
        self,
        rpath: str,
        lpath: Any,
        callback: Any = DEFAULT_CALLBACK,
        outfile: Any = None,
        *,
        run: bool | None = None,
        **options: Any,
    ) -> None:
        """Download a file, or the output of an export; the local path holds all of it or none."""
        if outfile is not None or hasattr(lpath, "write") or self.isdir(rpath):
            super().get_file(rpath, lpath, callback=callback, outfile=outfile, **options)
            return
        thing = self._tree.thing(rpath)
        os.makedirs(os.path.dirname(os.path.abspath(lpath)), exist_ok=True)
        if isinstance(thing, Export):
            thing.download(lpath, run=self._run if run is None else run, progress=False)
        else:
            thing.download(lpath, progress=False)
        _finish(callback, lpath)

    def put_file(
        self,
        lpath: Any,
        rpath: str,
        callback: Any = DEFAULT_CALLBACK,
        mode: str = "overwrite",
        **_: Any,
    ) -> None:
        """Replace the content of a file by that of a local one."""
        if os.path.isdir(lpath):
            self.makedirs(rpath, exist_ok=True)
            return
        file = self._tree.writable(self._strip_protocol(rpath))
        if mode == "create":
            raise FileExistsError(f"{rpath} exists: leave mode= out to replace its content.")
        file.upload(os.fspath(lpath), progress=False)
        _finish(callback, lpath)

    def rm_file(self, path: str) -> None:
        """Delete the content that the user has uploaded; the file itself remains."""
        self._tree.writable(self._strip_protocol(path)).delete()

    def mkdir(self, path: str, create_parents: bool = True, **_: Any) -> None:  # noqa: FBT001, FBT002
        """Refuse to make a folder: those that there are, are workspaces and models."""
        self.makedirs(path)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:  # noqa: FBT001, FBT002
        """Do nothing if a workspace, model or kind is there, which cannot be made here.

        Raises
        ------
        FileExistsError, PermissionError
        """
        if not self.isdir(path):
            raise not_allowed(path, "Workspaces and models are made in Anaplan, not here")
        if not exist_ok:
            raise FileExistsError(f"{path} exists. Pass exist_ok=True if that is fine.")

    def size(self, path: str) -> int | None:
        """Return the number of bytes of what is open at a path, and else None.

        Anaplan does not give it, so all that is open is fetched; DuckDB asks for it.
        """
        reader = self._read.get(self._strip_protocol(path))
        return None if reader is None or reader.closed else reader.fetch_size()

    def ukey(self, path: str) -> str:
        """Return another text each time: Anaplan does not say whether a content has changed."""
        return uuid.uuid4().hex

    def checksum(self, path: str) -> int:
        """Return another number each time, as `ukey` returns another text."""
        return uuid.uuid4().int

    def _fetcher(self, thing: File | Export, *, run: bool | None) -> Callable[[], Iterator[Any]]:
        if isinstance(thing, File):
            return partial(thing.stream, progress=False)
        if self._run if run is None else run:
            thing.run(progress=False)
        fetch = not_empty(
            partial(fetch_output, thing.requests, thing.output_path, None), thing.label
        )
        return partial(fetch, Progress("", unit="B", show=False))

    def _encoding(self, path: str) -> str:
        thing = self._tree.thing(self._strip_protocol(path))
        if isinstance(thing, File):
            return thing.dialect.codec
        return Dialect.of_export(thing.metadata()).codec


def _restored(
    kind: type[AnaplanFileSystem], key: str, connection: Connection, options: Mapping[str, Any]
) -> AnaplanFileSystem:
    """Return the file system of a pickle; in each process there is one of it."""
    found = _pickled.get(key)
    if found is None:
        run = {"run": options["run"]} if "run" in options else {}
        found = kind(connection=connection, skip_instance_cache=True, **run)
        found.storage_options = dict(options)
        found._key = key
        found = _pickled.setdefault(key, found)
    return found


def _finish(callback: Any, path: Any) -> None:
    size = os.path.getsize(path)
    callback.set_size(size)
    callback.absolute_update(size)
