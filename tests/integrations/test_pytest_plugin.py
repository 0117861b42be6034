"""The fixtures and the marker for pytest, in projects as users write them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import anaplan_frames.sandbox  # noqa: F401  once, and not in each of the runs
from tests.docs.pages import blocks

pytest_plugins = ["pytester"]
PLUGIN = "anaplan_frames.integrations.pytest_plugin"


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run the tests of a project in this process; the plugin is loaded if it is not installed."""
    installed = entry_points(group="pytest11", name="anaplan_frames")
    loaded = [] if installed else ["-p", PLUGIN]
    quick = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:xdist"]
    return pytester.runpytest_inprocess(*loaded, *quick, *options)


def write_page(folder: Path) -> list[str]:
    """Write the files that the page shows; return their names."""
    names = []
    for code in blocks("docs/pytest.md"):
        found = re.match(r"# (\w+\.py)\n", code)
        assert found
        (folder / found[1]).write_text(code)
        names.append(found[1])
    return names


def test_the_page_shows_what_works(pytester: pytest.Pytester) -> None:
    names = write_page(pytester.path)
    assert names == ["etl.py", "test_etl.py", "conftest.py", "test_headcount.py"]
    # Not with the conftest.py that comes later on the page.
    (pytester.path / "own").mkdir()
    for name in ("conftest.py", "test_headcount.py"):
        (pytester.path / name).rename(pytester.path / "own" / name)
    run(pytester).assert_outcomes(passed=4)


def test_code_under_test_finds_the_sandbox_and_no_other_credentials(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANAPLAN_TOKEN", "of production")
    monkeypatch.setenv("ANAPLAN_REGION", "eu3")
    pytester.makepyfile(
        """
        import os
        import anaplan_frames as af

        def test_environment(anaplan_sandbox, anaplan, anaplan_connection, anaplan_model):
            assert anaplan is anaplan_connection
            found = {name for name in os.environ if name.startswith("ANAPLAN_")}
            assert found == {"ANAPLAN_EMAIL", "ANAPLAN_PASSWORD", "ANAPLAN_API_URL",
                             "ANAPLAN_AUTH_URL", "ANAPLAN_WORKSPACE", "ANAPLAN_MODEL"}
            with af.connect() as conn:
                assert conn.me()["email"] == anaplan_sandbox.email
                assert conn.model().id == anaplan_model.id
                assert conn.model().workspace == os.environ["ANAPLAN_WORKSPACE"] == "Demo"
        """
    )
    run(pytester).assert_outcomes(passed=1)
    assert os.environ["ANAPLAN_TOKEN"] == "of production"
    assert "ANAPLAN_PASSWORD" not in os.environ


def test_tests_can_share_a_sandbox_but_no_faults(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nanaplan_scope = module\n")
    pytester.makepyfile(
        """
        import pytest

        seen = []

        @pytest.mark.anaplan_faults("interim", path="*/lists")
        def test_one(anaplan_sandbox, anaplan_model):
            seen.append(anaplan_sandbox)
            anaplan_sandbox.faults.add("503", path="*/imports", times=None)
            assert anaplan_model.lists.names
            assert [kind for kind, *_ in anaplan_sandbox.faults.struck] == ["interim"]

        def test_two(anaplan_sandbox, anaplan_model):
            assert seen == [anaplan_sandbox]
            assert anaplan_model.imports.names
            assert anaplan_sandbox.faults.struck == []
        """
    )
    run(pytester).assert_outcomes(passed=2)


def test_faults_at_random_have_a_seed(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.anaplan_faults(seed=1, share=1.0, kinds=["interim"])
        def test_limit(anaplan_sandbox, anaplan_model):
            assert anaplan_model.lists.names
            assert {kind for kind, *_ in anaplan_sandbox.faults.struck} == {"interim"}
        """
    )
    run(pytester).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "@pytest.mark.anaplan_faults('503')\ndef test_it(): ...",
            "*@pytest.mark.usefixtures('anaplan_sandbox')*",
        ),
        (
            "@pytest.mark.anaplan_faults('504 or so')\ndef test_it(anaplan_sandbox): ...",
            "*The fault '504 or so' is unknown; the faults are *",
        ),
        (
            "@pytest.fixture\ndef anaplan_builder():\n    return lambda: None\n"
            "def test_it(anaplan_sandbox): ...",
            "*must return a function that returns a Sandbox, not NoneType*",
        ),
        (
            "@pytest.fixture\ndef anaplan_builder():\n"
            "    from anaplan_frames.sandbox import Sandbox\n    return Sandbox\n"
            "def test_it(anaplan_model): ...",
            "*has 0 models, *Use anaplan_connection.model('Flight Planning')*",
        ),
    ],
    ids=["no sandbox", "unknown fault", "nothing built", "no model"],
)
def test_what_cannot_work_is_an_error_with_the_way_out(
    pytester: pytest.Pytester, code: str, words: str
) -> None:
    pytester.makepyfile(f"import pytest\n{code}\n")
    result = run(pytester)
    assert result.ret == 1
    result.stdout.fnmatch_lines([words])


def test_a_scope_that_does_not_exist_is_an_error_with_those_that_do(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeini("[pytest]\nanaplan_scope = forever\n")
    pytester.makepyfile("def test_it(anaplan_model): ...")
    result = run(pytester)
    assert result.ret
    result.stderr.fnmatch_lines(["*anaplan_scope must be function, * or session, not forever.*"])


def test_the_plugin_imports_nothing_heavy_and_names_the_extra_if_it_is_missing(
    tmp_path: Path,
) -> None:
    (tmp_path / "duckdb.py").write_text("raise ImportError('not installed')")
    (tmp_path / "test_it.py").write_text(
        "import sys\n"
        "def test_nothing_is_imported():\n"
        "    heavy = {'pandas', 'pyarrow', 'requests', 'duckdb', 'anaplan_frames.sandbox'}\n"
        "    assert 'anaplan_frames.integrations.pytest_plugin' in sys.modules\n"
        "    assert not heavy & set(sys.modules)\n"
        "def test_sandbox(anaplan_sandbox): ...\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", PLUGIN, "-p", "no:cacheprovider"]
    quick = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **quick}, capture_output=True, text=True
    )
    assert "1 passed, 1 error" in done.stdout
    assert (
        "MissingExtra: The fixture anaplan_sandbox needs an extra: "
        "pip install 'anaplan-frames[sandbox]'" in done.stdout
    )


@pytest.mark.long
def test_workers_of_xdist_have_sandboxes_of_their_own(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import anaplan_frames as af
        import pandas as pd
        import pytest

        @pytest.mark.parametrize("number", range(12))
        def test_it(anaplan_model, number):
            frame = pd.DataFrame({"carrier": [f"C{number}"], "name": [f"n{number}"]})
            af.to_anaplan(frame, "Load airlines")
            assert list(anaplan_model.lists["Airlines"].read()["code"]) == [f"C{number}"]
        """
    )
    installed = entry_points(group="pytest11", name="anaplan_frames")
    loaded = [] if installed else ["-p", PLUGIN]
    result = pytester.runpytest_subprocess(*loaded, "-n", "4", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=12)
