"""Nulls in place of some texts, also of slices of arrays, which older pyarrows mistake."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.codec.null_texts import texts_if, texts_unless, without_blanks
from tests.test_layout import MODULES, name_of

ROWS = st.lists(st.tuples(st.none() | st.booleans(), st.none() | st.text(max_size=5)), max_size=9)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
@given(before=ROWS, rows=ROWS, after=ROWS)
def test_each_text_is_kept_or_dropped_as_its_own_mark_says(
    kind: pa.DataType,
    before: list[tuple[bool | None, str | None]],
    rows: list[tuple[bool | None, str | None]],
    after: list[tuple[bool | None, str | None]],
) -> None:
    whole = [*before, *rows, *after]
    marks = pa.array([mark for mark, _ in whole], pa.bool_()).slice(len(before), len(rows))
    texts = pa.array([text for _, text in whole], kind).slice(len(before), len(rows))
    assert texts_if(marks, texts).to_pylist() == [text if mark else None for mark, text in rows]
    assert texts_unless(marks, texts).to_pylist() == [
        text if mark is False else None for mark, text in rows
    ]
    assert without_blanks(texts).to_pylist() == [text or None for _, text in rows]


def choices(tree: ast.Module) -> Iterator[tuple[int, set[str], list[str]]]:
    """Yield each call of if_else: its line, the names of nulls, and what it chooses from."""
    nulls = {"_MISSING", "nothing"} & {
        name.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and "pa.scalar(" in ast.unparse(node.value)
        for target in node.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pc.if_else":
            yield node.lineno, nulls, [ast.unparse(word) for word in node.args[1:]]


def test_no_text_is_replaced_by_a_null_scalar() -> None:
    wrong = [
        f"{name_of(path)}:{line}"
        for path in MODULES
        if "pc.if_else(" in (source := path.read_text("utf-8"))
        for line, nulls, chosen in choices(ast.parse(source))
        if any(
            word in nulls or re.match(r"pa\.scalar\(None, (?!pa\.bool_)", word) for word in chosen
        )
        and not any(word.startswith("pa.scalar(' ") for word in chosen)  # two scalars are right
    ]
    assert not wrong, "Use codec.null_texts, whose docstring says why:\n" + "\n".join(wrong)
