"""Print the lowest version that pyproject.toml allows of each dependency, as pip constraints.

``python tools/lowest_versions.py > lowest.txt && pip install -c lowest.txt '.[dev]'``
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

_PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
_WITH_LOWER_BOUND = re.compile(
    r"(?P<name>[\w.-]+) (\[[^\]]*\])? \s* >= \s* (?P<version>[\w.]+) [^;]* (?P<marker>;.*)?", re.X
)


def lowest_versions(pyproject: Path = _PYPROJECT) -> Iterator[str]:
    """Yield ``name==version`` for every requirement with a lower bound, extras included."""
    project = tomllib.loads(pyproject.read_text("utf-8"))["project"]
    for requirements in (project["dependencies"], *project["optional-dependencies"].values()):
        for requirement in requirements:
            if found := _WITH_LOWER_BOUND.fullmatch(requirement):
                yield f"{found['name']}=={found['version']}{found['marker'] or ''}"


if __name__ == "__main__":
    print(*lowest_versions(), sep="\n")
