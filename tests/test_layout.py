"""How the package is laid out: module names, docstrings and the length of functions."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "anaplan_frames"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FIRST_LINE = 100  # characters
LONGEST_BODY = 60  # lines
MAY_REPEAT = {"__init__", "__main__"}


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE.parent).as_posix()


def first_line(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return docstring.partition("\n")[0]


def bodies(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function with the number of lines of its body, without the docstring."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            statements = node.body[1:] if ast.get_docstring(node) is not None else node.body
            last = node.end_lineno or 0
            yield node.name, last - statements[0].lineno + 1 if statements else 0


def test_no_two_modules_share_a_base_name() -> None:
    paths = defaultdict(list)
    for path in MODULES:
        if path.stem not in MAY_REPEAT:
            paths[path.stem].append(name_of(path))
    shared = [f"{stem}: {', '.join(found)}" for stem, found in paths.items() if len(found) > 1]
    assert not shared, "Give each module a name of its own:\n" + "\n".join(shared)


def test_the_first_line_of_every_module_says_what_it_is_for() -> None:
    lines = {name_of(path): first_line(path) for path in MODULES}
    width = max(map(len, lines))
    print(*(f"{name:<{width}}  {line}" for name, line in lines.items()), sep="\n")
    wrong = [
        f"{name}: {line!r}"
        for name, line in lines.items()
        if not (line.endswith(".") and len(line) <= LONGEST_FIRST_LINE)
    ]
    assert not wrong, (
        f"A module's docstring begins with one line of at most {LONGEST_FIRST_LINE} characters "
        "that ends in a full stop:\n" + "\n".join(wrong)
    )


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{name_of(path)}: {name}() has {lines} lines"
        for path in MODULES
        for name, lines in bodies(path)
        if lines > LONGEST_BODY
    ]
    assert not long, f"At most {LONGEST_BODY} lines without the docstring:\n" + "\n".join(long)
