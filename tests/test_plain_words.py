"""Words that plain technical English puts otherwise do not occur in what people read.

That is: the documentation, docstrings, comments, messages and the names of tests.
"""

from __future__ import annotations

import io
import json
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What to look for, as a regular expression in which a blank is any white space, and what to
# write instead. "There is no ..." and "is no longer ..." are plain, as are comparisons.
WORDS = {
    "afresh": "again, from the beginning",
    "anew": "again",
    "bears?|bearing|borne": "have, accept, shared",
    "besides?": "next to, in addition to, compared with, also",
    "for want of": "without, because there is no",
    "(?:has|have|had) not(?: (?:an?|any|enough|the|one|two|three|four)|(?=[.,;:)]))": (
        "does not have"
    ),
    "hence|thence|whence|thereby|whereby|wherein": "so, with which, in which",
    "(?<!there )(?:am|are|be|is|was|were) no"
    "(?! (?:better|different|fewer|larger|later|less|longer|more|smaller|worse))(?= [^\\W\\d])": (
        "is not a"
    ),
    "(?:that|which) (?:are|is|was|were) none": "that does not exist, that is not a",
    "lack(?:ed|ing|s)?": "does not have, without, is missing",
    "lest": "so that ... not",
    "mend(?:ed|ing|s)?": "correct, repair",
    "shall": "should, is going to",
    "tell(?:ing|s)?|told": "show, say, return, report, distinguish",
    "what (?:(?:had|has|have) )?(?:became|becomes?) of": "what happens to, how ... is converted",
    "(?:also|empty|even|missing|null|only) (?-i:where)"
    "|(?-i:[Ww]here) (?:there (?:are|is|was|were)|needed|no|not|nothing|possible)": "if",
    "whoever": "the user, the caller, the program",
}
FOLDERS = ["anaplan_frames", "benchmarks", "docs", "notebooks", "tests", "tools"]
_FOUND = re.compile(
    rf"\b(?:{'|'.join(f'({words})' for words in WORDS)})\b".replace(" ", r"\s"), re.IGNORECASE
)
# What stands between two words of one comment, text or name.
_GAP = r"""[\W_]+(?:[bfru]{1,2}["'][\W_]*)?"""
_AROUND = r"\(\?<?! ?[^()]*(?:\([^()]*\))?\)|\(\?=\[\.[^]]*\]\)"  # what may not come, or must
# Finds at least what `_FOUND` finds, in the whole code: to read its tokens takes much longer.
_IN_CODE = re.compile(
    "(?<![^\\W_])(?:" + re.sub(_AROUND, "", "|".join(WORDS)).replace(" ", _GAP) + ")(?![^\\W_])",
    re.IGNORECASE,
)
# Between the lines of one comment, or the parts of one text.
_LAYOUT = {"NL", "INDENT", "DEDENT", "FSTRING_START", "FSTRING_END"}


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
    elif path.suffix == ".ipynb":
        for cell in json.loads(text)["cells"]:
            source = "".join(cell["source"])
            yield from [(1, source)] if cell["cell_type"] == "markdown" else of_code(source)
    else:
        yield from of_code(text)


def of_code(code: str) -> Iterator[tuple[int, str]]:
    """Yield comments, texts and the names of tests; what goes on in the next line is joined.

    Nothing comes of code without any of the words.
    """
    if not _IN_CODE.search(code):
        return
    start, end, kind, text = 0, 0, "", ""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        name = tokenize.tok_name[token.type]
        if name in _LAYOUT:
            continue
        goes_on = name == kind and (name != "COMMENT" or token.start[0] == end + 1)
        if not goes_on:
            if text:
                yield start, text
            start, kind, text = token.start[0], "", ""
        if name in {"COMMENT", "STRING", "FSTRING_MIDDLE"}:
            kind, end = name, token.end[0]
            text += "\n" * (token.start[0] - start - text.count("\n")) + unquoted(token.string)
        elif name == "NAME" and token.string.startswith("test_"):
            yield token.start[0], token.string.replace("_", " ")
    yield start, text


def unquoted(token: str) -> str:
    """Return a comment without its sign, or a text without its quotes."""
    if token.startswith("#"):
        return token.lstrip("# ")
    quoted = re.fullmatch(r"""[a-z]{0,2}("{3}|'{3}|"|')(.*)\1""", token, re.DOTALL | re.IGNORECASE)
    return quoted[2] if quoted else token


def words_to_avoid(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the line of each, counted from 0, the words, and what to write instead."""
    text = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    for found in _FOUND.finditer(text):
        instead = [*WORDS.values()][(found.lastindex or 1) - 1]
        yield text.count("\n", 0, found.start()), " ".join(found[0].split()), instead


def complaints(path: Path) -> Iterator[str]:
    for start, text in passages(path):
        for line, words, instead in words_to_avoid(text):
            yield f"{path.relative_to(ROOT)}:{start + line}: {words!r}, better: {instead}"


def test_the_words_to_avoid_do_not_occur() -> None:
    paths = [*files(".md"), *files(".py"), *files(".ipynb")]
    assert len(paths) > 100
    found = [complaint for path in paths for complaint in complaints(path)]
    assert not found, "Use plain words:\n" + "\n".join(found)


def test_a_word_is_found_wherever_people_read(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        '"""For\nwhoever reads."""\n# Done anew.\nbear = f"borne {1}"\n'
        "def test_what_becomes_of_it(): ...\n"
        '# This is\n# no number.\n\n    # Nor is\n\n    # no text.\nraise Error(\n    "It has "\n'
        '    f"not any. "\n    "It lacks one."\n)\nfirst, second = "is ", "no text"\n'
    )
    assert list(found_in(module)) == [
        (2, "whoever"),
        (3, "anew"),
        (4, "borne"),
        (5, "what becomes of"),
        (6, "is no"),
        (13, "has not any"),
        (15, "lacks"),
    ]
    notebook = tmp_path / "notebook.ipynb"
    cells = [
        {"cell_type": "markdown", "source": ["# Words\n", "It tells\n", "more."]},
        {"cell_type": "code", "source": ["lest = 1  # beside it"]},
    ]
    notebook.write_text(json.dumps({"cells": cells}))
    assert list(found_in(notebook)) == [(2, "tells"), (1, "beside")]


def found_in(path: Path) -> Iterator[tuple[int, str]]:
    for start, text in passages(path):
        for line, words, _ in words_to_avoid(text):
            yield start + line, words.lower()


@pytest.mark.parametrize(
    "text",
    [
        "Forbear, unbearable, Bearer, newest, lesser, intellect, black, mendacious, shallow.",
        "There is no such file, there are\n    no rows, and it is no longer, no later and no more.",
        "If no row has not been read, it has not ended, and they have not all ended.",
        "SELECT NULL WHERE NOT EXISTS",
        "The place where it is, the rows where a value is missing, and None.",
        "It is not known, none of it is, and of those that are, none is.",
    ],
)
def test_plain_words_are_left_alone(text: str) -> None:
    assert list(words_to_avoid(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "'x' is no number.",
        "It\n    is no header.",
        "Texts that are no dates",
        "that the first page has not.",
        "a year has not four digits",
        "a day that is none",
        "Missing where there is none",
        "quoted only where needed",
        "It cannot be told",
        "What it shall become",
    ],
)
def test_words_to_avoid_are_found(text: str) -> None:
    assert len(list(words_to_avoid(text))) == 1


@pytest.mark.parametrize("blank", [" ", "\n    # ", '\n\n"""\n', ' "\n    f"', "_"])
@pytest.mark.parametrize(
    "text", ["as anew", "for want of", "it has not", "is no text", "only where", "what becomes of"]
)
def test_code_with_words_to_avoid_is_read(text: str, blank: str) -> None:
    assert _IN_CODE.search(f'x = "{text.replace(" ", blank)}"')
