"""Content of a file as users give it: a path, bytes, a file object, or an iterator of pieces."""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.errors import EncodingError

_BLOCK_BYTES = 1_000_000
Blocks = Iterator[Callable[[], Any]]


def check_content(content: Any, dialect: Dialect) -> None:
    """Refuse what cannot be a file's content, before anything is sent.

    Raises
    ------
    TypeError, ValueError
        Says what to give instead.
    FileNotFoundError
        If a path leads nowhere.
    """
    if isinstance(content, str):
        _check_path(content, dialect)
    elif isinstance(content, os.PathLike):
        os.stat(content)
    elif isinstance(content, pd.DataFrame | Mapping) or hasattr(content, "__arrow_c_stream__"):
        raise TypeError(
            f"upload() takes bytes, and a {type(content).__name__} is a table: "
            "model.files[...].write(data) writes it in the file's own dialect."
        )
    elif not isinstance(content, Iterable) and not hasattr(content, "read"):
        raise TypeError(
            "upload() takes a path, bytes, a file object, or an iterator of bytes or texts, not "
            f"{type(content).__name__}."
        )


def _check_path(text: str, dialect: Dialect) -> None:
    if os.path.exists(text):
        return
    if any(mark in text for mark in ("\n", "\r", dialect.separator)):
        shown = text if len(text) <= 40 else text[:40] + "..."
        raise ValueError(
            f"upload() takes a text as a path, and there is no file {shown!r}. If it is the "
            "content, give bytes: text.encode(). If it is a path, check it."
        )
    os.stat(text)


def content_blocks(content: Any, dialect: Dialect, stack: ExitStack) -> tuple[Blocks, int | None]:
    """Read content in blocks, each wrapped as `upload` takes it.

    Texts are encoded as the file is.

    Returns
    -------
    iterator of callables
    int or None
        How many bytes there are, if that is known.
    """
    if isinstance(content, bytes | bytearray | memoryview):
        size = memoryview(content).nbytes
        return _wrapped(_read(io.BytesIO(content).read)), size
    if isinstance(content, str | os.PathLike):
        file = stack.enter_context(Path(content).open("rb"))  # noqa: SIM115 the stack closes it
        return _wrapped(_read(file.read)), os.fstat(file.fileno()).st_size
    pieces = _read(content.read) if hasattr(content, "read") else iter(content)
    return _wrapped(_gathered(_as_bytes(pieces, dialect))), None


def _wrapped(blocks: Iterator[bytes]) -> Blocks:
    return (partial(bytes, block) for block in blocks)


def _read(read: Callable[[int], Any]) -> Iterator[Any]:
    while block := read(_BLOCK_BYTES):
        yield block


def _as_bytes(pieces: Iterator[Any], dialect: Dialect) -> Iterator[bytes]:
    encoder = codecs.getincrementalencoder(dialect.codec)()
    for piece in pieces:
        if isinstance(piece, str):
            try:
                yield encoder.encode(piece)
            except UnicodeEncodeError as error:
                raise EncodingError(
                    f"The character {error.object[error.start]!r} cannot be written in "
                    f"{dialect.encoding}, the file's encoding. Set the encoding to UTF-8 in "
                    "Anaplan's settings of the file, or replace the character.",
                    text=error.object[error.start],
                ) from error
        elif isinstance(piece, bytes | bytearray | memoryview):
            yield bytes(piece)
        else:
            raise TypeError(
                f"upload() takes pieces of bytes or text, not {type(piece).__name__}. "
                "model.files[...].write(data) takes tables."
            )


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Join small pieces, such as lines, to blocks."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _BLOCK_BYTES:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)
