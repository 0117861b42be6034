"""Virtual environments for clients whose requirements do not go with ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path


def python_with(requirement: str, cache: Path) -> Path:
    """Return the interpreter of an environment that has `requirement`, made if need be.

    Parameters
    ----------
    requirement : str
        What pip installs, with its version.
    cache : Path
        A folder that is kept between test runs.
    """
    made = cache / f"{requirement.replace('==', '-')}-{sysconfig.get_python_version()}"
    if not made.exists():
        building = Path(tempfile.mkdtemp(dir=cache, prefix=f"{made.name}-"))
        try:
            venv.create(building, with_pip=True)
            subprocess.run(
                [_python(building), "-m", "pip", "install", "--quiet", requirement],
                check=True,
                env=clean_environment(),
            )
            _put_in_place(building, made)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return _python(made)


def _put_in_place(building: Path, made: Path) -> None:
    """Rename, which is done whole or not at all: several test processes may build at once."""
    try:
        building.rename(made)
    except OSError:
        if not made.exists():
            raise


def _python(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what would let our packages through."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
