"""A tenant with data, in the environment, for libraries that read it by URL."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.integrations.small_tables import AIRLINES, FLIGHTS

if TYPE_CHECKING:  # fsspec may be missing: the tests of other libraries run without it
    from anaplan_frames.integrations.filesystem import AnaplanFileSystem

DATA = files("anaplan_frames.demo") / "data"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")  # each test leaves the files as they were
def data_sandbox() -> Iterator[Sandbox]:
    """Serve the demo with its files, its lists and a few flights loaded."""
    import fsspec

    from anaplan_frames.integrations.filesystem import AnaplanFileSystem

    fsspec.register_implementation("anaplan", AnaplanFileSystem, clobber=True)  # if not installed
    with Sandbox.demo(password=PASSWORD, task_pause=0, rate_limit=None) as running:
        with running.connect() as connection:
            model = connection.model("Flight Planning")
            model.files["airlines.csv"].upload((DATA / "airlines.csv").read_bytes())
            model.imports["Load airlines"].run()
            model.files["airports.csv"].upload((DATA / "airports.csv").read_bytes())
            model.imports["Load airports"].run(on_rejected="ignore")
            lines = (DATA / "flights_monthly.csv").read_bytes().splitlines(keepends=True)
            model.files["flights.csv"].upload(b"".join(lines[:200]))
            model.imports["Load flights"].run(on_rejected="ignore")
            model.exports["Flights export"].run()
        yield running


@pytest.fixture
def options(data_sandbox: Sandbox) -> dict[str, str]:
    """Storage options, as a user gives them."""
    return {
        "email": data_sandbox.email,
        "password": data_sandbox.password,
        "api_url": data_sandbox.api_url,
        "auth_url": data_sandbox.auth_url,
    }


@pytest.fixture
def fs(options: dict[str, str]) -> AnaplanFileSystem:
    """The file system of the tenant."""
    import fsspec

    found: AnaplanFileSystem = fsspec.filesystem("anaplan", **options)
    return found


@pytest.fixture
def files_of(data_sandbox: Sandbox) -> Iterator[af.Model]:
    """The model itself."""
    with data_sandbox.connect() as connection:
        yield connection.model("Flight Planning")


@pytest.fixture(scope="module")
def table_model() -> Iterator[af.Model]:
    """A model with the small tables in its files, which the tests only read."""
    with Sandbox.demo(task_pause=0) as sandbox, sandbox.connect() as connection:
        found = connection.model("Flight Planning")
        found.files["airlines.csv"].write(AIRLINES)
        found.files["flights.csv"].write(FLIGHTS)
        yield found
