"""The constraints for a run with the lowest versions come from pyproject.toml."""

from __future__ import annotations

from pathlib import Path

from tools.lowest_versions import lowest_versions


def test_each_lower_bound_becomes_a_constraint(tmp_path: Path) -> None:
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text(
        "[project]\n"
        'dependencies = ["pandas>=2.2", "isal >= 1.7, < 2; os_name == \'posix\'", "tqdm"]\n'
        "[project.optional-dependencies]\n"
        'sandbox = ["duckdb>=2"]\n'
        'dev = ["this[sandbox]", "anaplan-sdk[cert]>=0.5"]\n'
    )
    assert list(lowest_versions(pyproject)) == [
        "pandas==2.2",
        "isal==1.7; os_name == 'posix'",
        "duckdb==2",
        "anaplan-sdk==0.5",
    ]


def test_every_dependency_of_the_package_has_a_lower_bound() -> None:
    names = {line.partition("==")[0] for line in lowest_versions()}
    assert {"pandas", "pyarrow", "requests", "click", "duckdb", "polars"} <= names
