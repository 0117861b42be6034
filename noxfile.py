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
# What the tests need that no extra has; all of `test` would bring Polars and narwhals, too.
TEST_TOOLS = ["cloudpickle", "hypothesis", "jsonschema-rs", "pytest", "pytest-xdist", "rich"]
# The tests of each extra, by the public entry of the library that it is for.
EXTRAS = {
    "dask": ["tests/integrations/test_dask_frames.py"],
    "duckdb": ["tests/integrations/test_duckdb_tables.py"],
    "fsspec": [
        "tests/integrations/test_filesystem.py",
        "tests/integrations/test_file_contents.py",
        "tests/integrations/test_file_paths.py",
    ],
    "keyring": ["tests/auth/test_keyring_store.py"],
    "keystore": ["tests/auth/test_java_keystore.py"],
    "mcp": ["tests/mcp_server"],
    "narwhals": ["tests/integrations/test_narwhals_frames.py"],
    "polars": ["tests/integrations/test_polars_scans.py"],
    "sandbox": ["tests/integrations/test_pytest_plugin.py", "tests/test_demo.py"],
    "sql": ["tests/cli/test_copy_command.py"],
}
# Of `dev`, what the tests use, but for what does not go with the lowest versions: type checkers,
# and the part of anaplan-sdk that needs a newer cryptography.
TESTS_OF_DEV = [
    "anaplan-sdk[oauth]>=0.5.22",
    "check-jsonschema",
    "ipykernel",
    "matplotlib",
    "nbclient",
    "nox",
    "openlineage-python",
    "opentelemetry-sdk",
    "psycopg[binary]",
    "pyyaml",
]

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
    """Run the ordinary tests with the lowest versions that pyproject.toml allows."""
    constraints = Path(session.create_tmp()) / "lowest.txt"
    with constraints.open("w") as file:
        session.run("python", "tools/lowest_versions.py", stdout=file)
    session.install("--constraint", str(constraints), ".[all,test]", *TESTS_OF_DEV)
    session.run("pytest", *session.posargs)


@nox.session(default=False)
def newest(session: nox.Session) -> None:
    """Run the ordinary tests with the newest versions of all that is installed, pre-releases too.

    Nothing has an upper bound, so this shows early what a new major version breaks.
    """
    session.install("--upgrade", "--pre", ".[dev]")
    session.run("pytest", *session.posargs)


@nox.session(default=False, venv_backend="none")
def oldest_spark(session: nox.Session) -> None:
    """Run the tests of Spark with the oldest PySpark that pyproject.toml allows."""
    session.run(".ci/spark", env={"SPARK": "pyspark==4.0.0 pandas<3"}, external=True)


@nox.session(default=False)
@nox.parametrize("extra", list(EXTRAS))
def extras(session: nox.Session, extra: str) -> None:
    """Test each extra in an environment that has no other, but for the sandbox."""
    session.install(f".[sandbox,{extra}]", *TEST_TOOLS)
    session.run("pytest", "-n", "0", "-m", "not weekly", *EXTRAS[extra], *session.posargs)


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


@nox.session(default=False)
def stranger(session: nox.Session) -> None:
    """Follow the site from its landing page in a new environment, as is done every week.

    It makes the environment itself, and installs what the pages say.
    """
    session.run("python", "tools/follow_the_site.py", *session.posargs)


@nox.session(default=False)
def explore(session: nox.Session) -> None:
    """Run the property-based tests with many new random examples, as is done every week.

    Elsewhere they draw the same examples in each run, so that a change breaks them or nothing does.
    """
    session.install(".[dev]")
    options = ("-m", "long", "--hypothesis-profile", "explore")
    session.run("pytest", *options, *(session.posargs or ["-k", "not campaign"]))


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Show which lines the ordinary tests do not run; this makes them half as slow again."""
    session.install(".[dev]")
    session.run("pytest", "--cov", "--cov-report=term", *session.posargs)


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
