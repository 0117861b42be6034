"""JSON is parsed as `json` does, unless it is nested without end."""

from __future__ import annotations

import ast
import gc
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import anaplan_frames
from anaplan_frames.auth.login_file import noted_login
from anaplan_frames.auth.stored_login import load_login
from anaplan_frames.auth.token_store import FileStore
from anaplan_frames.cli import main
from anaplan_frames.json_parsing import parse_json

_LEAVES = st.none() | st.booleans() | st.integers() | st.text(alphabet='a"\\{}[]é\n', max_size=8)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=30,
)


@given(_VALUES, st.integers(0, 130), st.booleans())
def test_json_is_parsed_unless_it_has_more_than_a_hundred_levels(
    value: Any, more: int, ascii_only: bool
) -> None:
    for level in range(more):
        value = [value] if level % 2 else {"{": value, "x": "]" * 7}  # more closed than opened
    text = json.dumps(value, ensure_ascii=ascii_only)
    for content in (text, text.encode()):
        if _depth(value) > 100:
            with pytest.raises(ValueError, match="levels deep"):
                parse_json(content)
        else:
            assert parse_json(content) == value


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, inner), default=0) if isinstance(value, dict | list) else 0


def test_depth_that_brackets_in_strings_hide_is_an_error_of_the_same_kind() -> None:
    levels = 10_000
    with pytest.raises(ValueError, match="levels deep"):
        parse_json('{"}":' * levels + "1" + ',"x":"{"}' * levels)


@pytest.mark.parametrize("text", ["{" * 500, '{"a": "' + "[" * 500, "[" * 500 + "}" * 500])
def test_brackets_without_an_end_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"levels|delimiter|Expecting|Unterminated"):
        parse_json(text)


def test_brackets_in_texts_do_not_count_as_levels() -> None:
    items = [{"name": "{[" * 40, "code": 'a\\"['}] * 300
    assert parse_json(json.dumps(items)) == items


class _Released:
    """Counts how often its own code ran when it was released."""

    ended = 0

    def __del__(self) -> None:
        json.loads("[" * 50 + "]" * 50)
        _Released.ended += 1


def test_objects_are_released_as_usual_while_deep_json_is_refused() -> None:
    def circle() -> None:
        one = _Released()
        one.owner = one  # type: ignore[attr-defined]

    thresholds = gc.get_threshold()
    gc.collect()
    _Released.ended = 0
    gc.set_threshold(20)
    try:
        for _ in range(20):
            circle()
            with pytest.raises(ValueError, match="levels deep"):
                parse_json(b'{"a":' * 10_000 + b"1" + b"}" * 10_000)
    finally:
        gc.set_threshold(*thresholds)
    gc.collect()
    assert _Released.ended == 20


PACKAGE = Path(anaplan_frames.__file__).parent
# These parse what this library wrote a moment ago, or a text that has no brackets.
OWN_TEXTS = {
    "admin/cloudworks/connection_bodies.py",
    "admin/scim/user_filters.py",
    "cli/printing.py",
    "codec/item_blocks.py",  # which checks the depth before
    "json_parsing.py",
    "results.py",
    "transfer/journal.py",
}
DEEP = "[" * 100_000


def parses_json_itself(path: Path) -> bool:
    """Return whether a module calls `json.loads`, `json.load`, a decoder or `response.json()`."""
    text = path.read_text("utf-8")
    if not any(call in text for call in ("json.load", ".json()", "raw_decode")):
        return False
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (
            (node.func.attr in ("loads", "load") and ast.unparse(node.func.value) == "json")
            or node.func.attr == "raw_decode"
            or (node.func.attr == "json" and "items" not in ast.unparse(node.func.value))
        )
        for node in ast.walk(ast.parse(text))
    )


def test_all_json_that_others_may_have_written_is_parsed_in_one_place() -> None:
    modules = [path for path in PACKAGE.rglob("*.py") if "sandbox" not in path.parts]
    found = {path.relative_to(PACKAGE).as_posix() for path in modules if parses_json_itself(path)}
    assert found == OWN_TEXTS


def test_a_login_in_a_damaged_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "login.json"
    path.write_text(DEEP)
    path.chmod(0o600)
    assert noted_login(path) is None
    assert load_login(FileStore(path)) is None


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["compare", "deep.json", "deep.json", "--key", "k"], 1, "cannot be read as json: it is"),
        (["compare", "deep.jsonl", "deep.jsonl", "--key", "k"], 1, "cannot be read as jsonl: it"),
        (
            ["compare", "a.csv", "a.csv", "--key", "k", "--map", "deep.json"],
            2,
            "deep.json cannot be read: it is nested more than 100 levels deep.",
        ),
    ],
)
def test_deep_json_in_a_file_of_the_command_line_is_an_error_that_names_it(
    words: list[str],
    status: int,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("deep.json", "deep.jsonl"):
        Path(name).write_text(DEEP)
    Path("a.csv").write_text("k,v\na,1\n")
    assert main(words) == status
    assert sentence in " ".join(capsys.readouterr().err.split())
