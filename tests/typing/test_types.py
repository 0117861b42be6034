"""mypy and pyright know the types that users meet, and find their mistakes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CHECKERS = {
    "mypy": [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--show-error-end"],
    "pyright": [sys.executable, "-m", "basedpyright", "--level", "error"],
}

pytestmark = pytest.mark.long


def errors_of(checker: str, name: str) -> dict[int, str]:
    """Return what a checker says of a file, by line."""
    done = subprocess.run(
        [*CHECKERS[checker], str(HERE / name)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    found = re.findall(rf"{name}:(\d+):.*?error: (.*)", done.stdout)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return {int(line): said for line, said in found}


@pytest.mark.parametrize("checker", CHECKERS)
def test_the_types_of_everyday_expressions_are_known(checker: str) -> None:
    assert errors_of(checker, "everyday.py") == {}


@pytest.mark.parametrize("checker", CHECKERS)
def test_everyday_mistakes_are_found_at_their_lines(checker: str) -> None:
    lines = (HERE / "mistakes.py").read_text("utf-8").splitlines()
    wanted = {number for number, line in enumerate(lines, 1) if "# mistake:" in line}
    assert len(wanted) == 17
    assert wanted <= set(errors_of(checker, "mistakes.py"))
