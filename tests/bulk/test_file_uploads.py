"""What a file can be uploaded from, and what is refused before anything is sent."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox

TEXT = "Code;Name\r\n1;Käse\n2;\u20ac\n"


@pytest.fixture
def file(tenant: Sandbox) -> Iterator[Any]:
    builder = tenant.workspace("W").model("M")
    builder.file("t.txt", columns=["Code", "Name"], separator=";", encoding="windows-1252")
    with tenant.connect() as connection:
        yield connection.model("M").files["t.txt"]


def content(file: Any) -> bytes:
    return b"".join(file.stream())


@pytest.mark.parametrize(
    "given",
    [
        lambda path: path,
        str,
        lambda path: path.read_bytes(),
        lambda path: memoryview(path.read_bytes()),
        lambda path: path.open("rb"),
        lambda path: path.open(encoding="cp1252", newline=""),
        lambda path: io.StringIO(TEXT, newline=""),
        lambda path: iter(TEXT.splitlines(keepends=True)),
        lambda path: (line.encode("cp1252") for line in TEXT.splitlines(keepends=True)),
        lambda path: [TEXT[:5], TEXT[5:].encode("cp1252")],
    ],
    ids=[
        "path",
        "text that is a path",
        "bytes",
        "memory",
        "binary file",
        "text file",
        "text in memory",
        "iterator of texts",
        "generator of bytes",
        "list of both",
    ],
)
def test_a_file_is_uploaded_from_anything_that_holds_bytes_or_text(
    file: Any, tmp_path: Path, given: Callable[[Path], Any]
) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(TEXT.encode("cp1252"))
    result = file.upload(given(path))
    assert content(file) == TEXT.encode("cp1252")
    assert (result.kind, result.outcome, result.bytes_sent) == (
        "file",
        "loaded",
        len(TEXT.encode("cp1252")),
    )
    assert (result.target, result.target_id, result.rows_sent) == ("t.txt", file.id, 0)
    assert pd.notna(result.started)


def test_many_small_pieces_are_sent_as_few_chunks(file: Any) -> None:
    result = file.upload(f"{number:06};x\n" for number in range(300_000))
    assert result.bytes_sent == 9 * 300_000
    assert content(file).count(b"\n") == 300_000


def test_text_that_the_encoding_does_not_have_is_refused_and_the_content_stays(file: Any) -> None:
    file.upload(b"old")
    with pytest.raises(af.EncodingError, match=r"'\u0416' cannot be written in windows-1252"):
        file.upload(io.StringIO("a;\u0416"))
    assert content(file) == b"old"


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ("Code;Name\n1;x\n", ValueError, "give bytes: text.encode()"),
        ("1;x", ValueError, "takes a text as a path"),
        ("nowhere.txt", FileNotFoundError, "nowhere.txt"),
        (Path("nowhere.txt"), FileNotFoundError, "nowhere.txt"),
        (pd.DataFrame({"a": [1]}), TypeError, r"\.write\(data\)"),
        ({"a": 1}, TypeError, r"\.write\(data\)"),
        (5, TypeError, "int"),
        (iter([1]), TypeError, "pieces of bytes or text, not int"),
    ],
)
def test_what_cannot_be_content_is_refused_with_what_to_give(
    file: Any, given: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        file.upload(given)
    with pytest.raises(af.NotFound, match="no content"):
        file.read()
