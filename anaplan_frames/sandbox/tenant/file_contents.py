"""Contents of files: each user's private uploads, default content, and the output of exports.

Chunks stay on disk as they were uploaded; they are only joined while an import reads them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

KEPT_SECONDS = 48 * 3600
MAX_CHUNKS = 1000
_BLOCK = 1 << 20
_INDEX = "index.json"
_NEW_PATH = re.compile("[0-9a-f]{32}")  # the names that `new_path` makes


class MissingChunk(Exception):
    """An upload cannot be completed, because a chunk is missing."""


@dataclass(slots=True)
class Content:
    """Chunks of one file for one user.

    Attributes
    ----------
    folder : Path
        Holds one file for each chunk, named by its number.
    declared : int or None
        The number of chunks; None if it was not given and the upload is not complete.
    created : float
        Seconds since the epoch.
    """

    folder: Path
    declared: int | None
    created: float
    sizes: dict[int, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def readable(self) -> bool:
        """Whether all chunks have arrived, and there is at least one."""
        return bool(self.declared) and all(i in self.sizes for i in range(self.declared or 0))

    @property
    def size(self) -> int:
        """Bytes of all chunks, but for one that came while the upload was completed without it."""
        sizes = self.sizes.copy()
        return sum(size for index, size in sizes.items() if self.accepts(index))

    @property
    def chunks(self) -> list[int]:
        """The numbers of the declared chunks; of those that have arrived if none were declared."""
        with self._lock:
            return sorted(self.sizes) if self.declared is None else list(range(self.declared))

    def accepts(self, index: int) -> bool:
        """Return whether the upload can have a chunk with this number."""
        return 0 <= index < (MAX_CHUNKS if self.declared is None else self.declared)

    def put(self, index: int, path: Path) -> None:
        """Move the file into place as chunk `index`; it replaces an earlier one."""
        with self._lock:
            size = path.stat().st_size
            os.replace(path, self._chunk(index))
            self.sizes[index] = size

    def complete(self) -> None:
        """Complete the upload.

        Raises
        ------
        MissingChunk
            If a chunk is missing between others, or of the declared number.
        """
        with self._lock:
            count = self.declared or max(self.sizes, default=-1) + 1
            missing = next((i for i in range(count) if i not in self.sizes), None)
            if missing is not None:
                raise MissingChunk(f"Chunk {missing} of {count} is missing")
            self.declared = count

    def read(self, start: int, length: int) -> Iterator[bytes]:
        """Yield `length` bytes from `start` on, in blocks, across chunks."""
        for index in range(self.declared or 0):
            size = self.sizes[index]
            if start < size and length > 0:
                part = min(length, size - start)
                yield from _read_file(self._chunk(index), start, part)
                start, length = 0, length - part
            else:
                start -= size

    def join(self, target: Path) -> None:
        """Write all chunks into one file; a single chunk is linked instead of copied."""
        if self.declared == 1:
            try:
                os.link(self._chunk(0), target)
                return
            except OSError:  # not every file system supports links
                target.unlink(missing_ok=True)
        with target.open("wb") as joined:
            for index in range(self.declared or 0):
                with self._chunk(index).open("rb") as chunk:
                    shutil.copyfileobj(chunk, joined, _BLOCK)

    def parts(self, chunk_size: int) -> int:
        """Return the number of chunks of a download; empty content is one empty chunk."""
        return max(1, -(-self.size // chunk_size)) if self.readable else 0

    def _chunk(self, index: int) -> Path:
        return self.folder / str(index)


def _read_file(path: Path, start: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while length > 0 and (block := file.read(min(_BLOCK, length))):
            length -= len(block)
            yield block


_Key = tuple[str, str, str | None]  # model id, file id, user id (None: default content)


class Contents:
    """The content of all files of all models.

    Private content hides default content and is dropped after 48 hours. As in the service, nothing
    is locked while an import waits or reads: if another upload begins before the import has read
    the file, the import finds no content.

    Parameters
    ----------
    folder : Path
        The folder of the bytes, which must exist.
    clock : callable
        Returns the seconds since the epoch.
    """

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._clock = clock
        self._held: dict[_Key, Content] = {}
        self._lock = threading.Lock()
        self._load()

    def new_path(self) -> Path:
        """Return an unused path for temporary bytes."""
        return self._folder / uuid.uuid4().hex

    def begin(self, model: str, file: str, user: str | None, declared: int | None) -> Content:
        """Begin an upload, which replaces earlier content."""
        folder = self.new_path()
        folder.mkdir()
        content = Content(folder, declared, self._clock())
        self._replace((model, file, user), content)
        return content

    def store(self, model: str, file: str, user: str | None, path: Path) -> Content:
        """Move a whole file into place, as content of one chunk."""
        folder = self.new_path()
        folder.mkdir()
        content = Content(folder, 1, self._clock())
        content.put(0, path)
        self._replace((model, file, user), content)
        return content

    def upload(self, model: str, file: str, user: str) -> Content | None:
        """Return the user's private content, complete or not."""
        key = (model, file, user)
        with self._lock:
            content = self._held.get(key)
        if content and self._clock() - content.created > KEPT_SECONDS:
            self._replace(key, None)
            return None
        return content

    def all(self, model: str, file: str) -> dict[str | None, Content]:
        """Return the contents of a file by the id of their user; None is the default content."""
        with self._lock:
            users = [user for of, name, user in self._held if (of, name) == (model, file)]
            default = self._held.get((model, file, None))
        found: dict[str | None, Content | None] = {None: default}
        found |= {user: self.upload(model, file, user) for user in users if user is not None}
        return {user: content for user, content in found.items() if content is not None}

    def find(self, model: str, file: str, user: str) -> Content | None:
        """Return the content that the user reads, private or else default; None if not readable."""
        content = self.upload(model, file, user)
        if content is None:
            with self._lock:
                content = self._held.get((model, file, None))
        return content if content and content.readable else None

    def copy(self, model: str, file: str, user: str, target: Path) -> bool:
        """Write the content that the user reads to `target`; return False if there is none."""
        content = self.find(model, file, user)
        if content is None:
            return False
        try:
            content.join(target)
        except FileNotFoundError:  # another upload has begun
            return False
        return True

    def remove(self, model: str, file: str, user: str) -> None:
        """Drop the user's private content; default content stays."""
        self._replace((model, file, user), None)

    def save(self) -> None:
        """Write an index of the contents, which `Contents` loads if it opens this folder again."""
        with self._lock:
            entries = [
                {
                    "key": key,
                    "folder": held.folder.name,
                    "declared": held.declared,
                    "created": held.created,
                    "sizes": held.sizes,
                }
                for key, held in self._held.items()
            ]
        (self._folder / _INDEX).write_text(json.dumps(entries), encoding="UTF-8")

    def _load(self) -> None:
        """Load the index that `save` wrote, and remove folders that it does not list."""
        index = self._folder / _INDEX
        for entry in json.loads(index.read_text(encoding="UTF-8")) if index.exists() else []:
            model, file, user = entry["key"]
            sizes = {int(number): size for number, size in entry["sizes"].items()}
            folder = self._folder / entry["folder"]
            content = Content(folder, entry["declared"], entry["created"], sizes)
            self._held[model, file, user] = content
        named = {content.folder.name for content in self._held.values()}
        for path in self._folder.iterdir():
            if _NEW_PATH.fullmatch(path.name) and path.name not in named:
                shutil.rmtree(path, ignore_errors=True)

    def _replace(self, key: _Key, content: Content | None) -> None:
        with self._lock:
            old = self._held.pop(key, None)
            if content:
                self._held[key] = content
        if old:
            shutil.rmtree(old.folder, ignore_errors=True)
