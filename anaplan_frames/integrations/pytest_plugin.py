"""Fixtures for tests of code that uses Anaplan: a sandbox, a connection to it, and its model.

pytest loads this module in every run if the library is installed, so it imports nothing until a
fixture is used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, Literal

import pytest

from anaplan_frames.errors import MissingExtra

if TYPE_CHECKING:
    from anaplan_frames import Connection, Model
    from anaplan_frames.sandbox import Sandbox

__all__ = [
    "anaplan",
    "anaplan_builder",
    "anaplan_connection",
    "anaplan_model",
    "anaplan_sandbox",
]
_SCOPE = "anaplan_scope"
_SCOPES = ("function", "class", "module", "package", "session")
_MARKER = "anaplan_faults"
_PREFIX = "ANAPLAN_"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of the configuration file."""
    parser.addini(
        _SCOPE,
        "How long a sandbox of Anaplan lives: function (each test has its own), class, module, "
        "package or session.",
        default="function",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and check the option."""
    scope = config.getini(_SCOPE)
    if scope not in _SCOPES:
        raise pytest.UsageError(
            f"{_SCOPE} must be {', '.join(_SCOPES[:-1])} or {_SCOPES[-1]}, not {scope}."
        )
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(kind, *, method='*', path='*', after=0, times=1, retry_after=None, "
        "seconds=1.0): let requests to anaplan_sandbox fail during the test, as "
        "anaplan_sandbox.faults.add does; with seed=1, share=0.1 at random, as at_random does.",
    )


@pytest.hookimpl(hookwrapper=True)  # as all versions of pytest know it
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, None]:
    """Let requests fail as the markers of the test say, and no others after the test."""
    markers = list(item.iter_markers(_MARKER))
    sandbox: Sandbox | None = getattr(item, "funcargs", {}).get("anaplan_sandbox")
    if sandbox is None:
        if markers:
            pytest.fail(
                f"The marker {_MARKER} needs a sandbox: let the test, or a fixture of it, use "
                "anaplan_sandbox, for instance with "
                "@pytest.mark.usefixtures('anaplan_sandbox').",
                pytrace=False,
            )
        yield
        return
    del sandbox.faults.struck[:]  # of earlier tests, which may have shared it
    for marker in markers:
        add = sandbox.faults.at_random if "seed" in marker.kwargs else sandbox.faults.add
        add(*marker.args, **marker.kwargs)
    yield
    sandbox.faults.clear()


def _scope(
    fixture_name: str, config: pytest.Config
) -> Literal["session", "package", "module", "class", "function"]:
    return config.getini(_SCOPE)  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def anaplan_builder() -> Callable[[], Sandbox]:
    """Return the function that makes the sandbox; have a fixture of this name in your conftest.py.

    By default it is the demo: workspace "Demo", model "Flight Planning".

    Returns
    -------
    callable
        It is called without arguments, and returns a `Sandbox` that is not started.
    """
    return _demo


def _demo() -> Sandbox:
    try:
        from anaplan_frames.sandbox import Sandbox
    except ImportError as error:
        raise MissingExtra("The fixture anaplan_sandbox", "sandbox") from error
    return Sandbox.demo(task_pause=0, rate_limit=None)


@pytest.fixture(scope=_scope)
def anaplan_sandbox(anaplan_builder: Callable[[], Sandbox]) -> Iterator[Sandbox]:
    """Serve what `anaplan_builder` makes; code under test finds it in the environment.

    ``ANAPLAN_EMAIL``, ``ANAPLAN_PASSWORD``, ``ANAPLAN_API_URL`` and ``ANAPLAN_AUTH_URL`` are set
    meanwhile, and ``ANAPLAN_WORKSPACE`` and ``ANAPLAN_MODEL`` if there is one model. All other
    variables whose names begin with ``ANAPLAN_`` are unset.

    Yields
    ------
    Sandbox
    """
    sandbox = anaplan_builder()
    if not hasattr(sandbox, "faults"):
        pytest.fail(
            "The fixture anaplan_builder must return a function that returns a Sandbox, not "
            f"{type(sandbox).__name__}. Return the sandbox at the function's end.",
            pytrace=False,
        )
    with sandbox, pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(_PREFIX)]:
            patch.delenv(name)
        for name, value in _settings(sandbox).items():
            patch.setenv(f"{_PREFIX}{name}", value)
        yield sandbox


def _settings(sandbox: Sandbox) -> dict[str, str]:
    found = {
        "EMAIL": sandbox.email,
        "PASSWORD": sandbox.password,
        "API_URL": sandbox.api_url,
        "AUTH_URL": sandbox.auth_url,
    }
    if len(sandbox.models) == 1:
        (model,) = sandbox.models.values()
        found |= {"WORKSPACE": model.workspace.name, "MODEL": model.name}
    return found


@pytest.fixture(scope=_scope)
def anaplan_connection(anaplan_sandbox: Sandbox) -> Iterator[Connection]:
    """Connect to the sandbox, as its first user.

    Yields
    ------
    Connection
    """
    with anaplan_sandbox.connect() as connection:
        yield connection


@pytest.fixture(scope=_scope)
def anaplan(anaplan_connection: Connection) -> Connection:
    """Return `anaplan_connection`, by a shorter name."""
    return anaplan_connection


@pytest.fixture(scope=_scope)
def anaplan_model(anaplan_sandbox: Sandbox, anaplan_connection: Connection) -> Model:
    """Return the one model of the sandbox."""
    names = [model.name for model in anaplan_sandbox.models.values()]
    if len(names) != 1:
        first = names[0] if names else "Flight Planning"
        pytest.fail(
            f"The sandbox has {len(names)} models, and the fixture anaplan_model returns the only "
            f"one. Use anaplan_connection.model({first!r}).",
            pytrace=False,
        )
    return anaplan_connection.model(names[0])
