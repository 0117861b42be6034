"""Checks over versions of Python and pandas: ``nox``, or ``nox -s lowest``.

Python versions that are not installed are skipped.
"""

from __future__ import annotations

from pathlib import Path

import nox

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
PANDAS = {"2.2": "pandas>=2.2,<2.3", "3": "pandas>=3,<4"}
# What pip installs for the recipe of each orchestrator: the newest, as a user would.
RECIPES = {
    "airflow": "apache-airflow>=3",
    "dagster": "dagster",
    "dlt": "dlt[duckdb,parquet]",
    "prefect": "prefect>=3",
}
LAYERS = ["tests/codec", "tests/dataframes", "tests/transport", "tests/transfer"]

nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True


@nox.session(python=PYTHONS)
@nox.parametrize("pandas", list(PANDAS))
def tests(session: nox.Session, pandas: str) -> None:
    """Run the ordinary tests."""
    if (session.python, pandas) == ("3.14", "2.2"):
        session.skip("pandas 2.2 has no build for Python 3.14")
    session.install(".[dev]", PANDAS[pandas])
    session.run("pytest", *session.posargs)


@nox.session(python=PYTHONS[0])
def lowest(session: nox.Session) -> None:
    """Run the tests of the lower layers with the lowest versions that pyproject.toml allows."""
    constraints = Path(session.create_tmp()) / "lowest.txt"
    with constraints.open("w") as file:
        session.run("python", "tools/lowest_versions.py", stdout=file)
    session.install("--constraint", str(constraints), ".[sandbox,test]")
    session.run("pytest", *(session.posargs or LAYERS))


@nox.session
def keystores(session: nox.Session) -> None:
    """Compare the reader of Java keystores with pyjks, which needs a C compiler."""
    session.install(".[all,test]", "pyjks")
    session.run("pytest", *(session.posargs or ["tests/auth"]))


@nox.session(default=False)
@nox.parametrize("tool", list(RECIPES))
def recipes(session: nox.Session, tool: str) -> None:
    """Run the recipe of an orchestrator with its newest version, as is done every week."""
    session.install("--upgrade", ".[sandbox,test]", RECIPES[tool])
    recipe = f"tests/recipes/test_{tool}_recipe.py"
    session.run("pytest", "-n", "0", "-m", "weekly", recipe, *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check the style and the layers."""
    session.install("ruff", "import-linter", ".")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types."""
    session.install(".[dev]")
    session.run("mypy")
