"""Words that plain technical English puts otherwise do not occur in what people read.

That is: the documentation, docstrings, comments, messages and the names of tests.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Each word with what to write instead.
WORDS = {
    "afresh": "again, from the beginning",
    "anew": "again",
    "bear": "have, or accept",
    "bears": "has, or accepts",
    "beside": "next to, in addition to, compared with",
    "borne": "shared, or accepted",
    "for want of": "without, because there is no",
    "lest": "so that ... not",
    "what becomes of": "what happens to, how ... is converted",
    "whoever": "the user, the caller, the program",
}
FOLDERS = ["anaplan_frames", "benchmarks", "docs", "tests", "tools"]
_FOUND = re.compile(
    r"\b(" + "|".join(word.replace(" ", r"\s+") for word in WORDS) + r")\b", re.IGNORECASE
)


def files(suffix: str) -> Iterator[Path]:
    candidates = [*ROOT.glob(f"*{suffix}")]
    for folder in FOLDERS:
        candidates += (ROOT / folder).rglob(f"*{suffix}")
    for path in sorted(candidates):
        if path != Path(__file__):
            yield path


def passages(path: Path) -> Iterator[tuple[int, str]]:
    """Yield what people read in a file, with the number of its first line."""
    text = path.read_text("utf-8")
    if path.suffix == ".md":
        yield 1, text
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = tokenize.tok_name[token.type]
        if kind in {"COMMENT", "STRING", "FSTRING_MIDDLE"}:
            yield token.start[0], token.string
        elif kind == "NAME" and token.string.startswith("test_"):
            yield token.start[0], token.string.replace("_", " ")


def complaints(path: Path) -> Iterator[str]:
    for start, text in passages(path):
        for found in _FOUND.finditer(text):
            word = " ".join(found[0].split())
            line = start + text.count("\n", 0, found.start())
            instead = WORDS[word.lower()]
            yield f"{path.relative_to(ROOT)}:{line}: {word!r}, better: {instead}"


def test_the_words_to_avoid_do_not_occur() -> None:
    paths = [*files(".md"), *files(".py")]
    assert len(paths) > 100
    found = [complaint for path in paths for complaint in complaints(path)]
    assert not found, "Use plain words:\n" + "\n".join(found)


def test_a_word_is_found_wherever_people_read(tmp_path: Path) -> None:
    assert _FOUND.findall("Forbear, unbearable, besides, newest, lesser: none of these.") == []
    module = tmp_path / "module.py"
    module.write_text(
        '"""For\nwhoever reads."""\n# Done anew.\nbear = f"borne {1}"\n'
        "def test_what_becomes_of_it(): ...\n"
    )
    found = [
        (start, " ".join(word.split()).lower())
        for start, text in passages(module)
        for word in _FOUND.findall(text)
    ]
    assert found == [(1, "whoever"), (3, "anew"), (4, "borne"), (5, "what becomes of")]
