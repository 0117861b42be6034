"""The folder of decisions is complete and uniform."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "decisions"
FILES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_decision_has_a_title_a_date_the_decision_and_the_reason(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-[a-z0-9-]+", path.stem)
    form = r"# .+\n\nDate: (\S+)\n\n## Decision\n\n.+\n\n## Why\n\n.+\n"
    found = re.fullmatch(form, text, re.DOTALL)
    assert found is not None, f"{path.name} must have a title, a date, 'Decision' and 'Why'"
    assert found[1] == path.stem[:10]


def test_the_index_lists_every_decision_by_its_title() -> None:
    listed = re.findall(
        r"^\| (\S+) \| \[(.+)\]\((.+)\) \|$", (FOLDER / "README.md").read_text(), re.M
    )
    titles = [(p.stem[:10], p.read_text("utf-8").splitlines()[0].removeprefix("# ")) for p in FILES]
    assert sorted((date, title, name) for date, title, name in listed) == sorted(
        (date, title, path.name) for (date, title), path in zip(titles, FILES, strict=True)
    )
