"""Virtual environments for clients whose requirements do not go with ours, and their sources."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def python_with(cache: Path, *requirements: str) -> Path:
    """Return the interpreter of an environment that has `requirements`, made if need be.

    Parameters
    ----------
    cache : Path
        A folder that is kept between test runs.
    *requirements : str
        What pip installs, with its version.
    """
    names = "-".join(re.sub(r"[^\w.]+", "-", requirement) for requirement in requirements)
    made = cache / f"{names}-{sysconfig.get_python_version()}"
    if not made.exists():
        with _put_in_place(made) as building:
            venv.create(building, with_pip=True)
            pip(_python(building), "install", *requirements)
    return _python(made)


def source_of(python: Path, cache: Path, project: str, version: str) -> Path:
    """Return the folder with the content of a project's source archive, fetched if need be.

    Parameters
    ----------
    python : Path
        An interpreter that has pip.
    cache : Path
        A folder that is kept between test runs.
    project, version : str
        What pip downloads.
    """
    made = cache / f"{project}-{version}-source"
    if not made.exists():
        with _put_in_place(made) as building:
            only_source = ("--no-deps", "--no-binary", project)
            pip(python, "download", *only_source, "--dest", str(building), f"{project}=={version}")
            [archive] = building.glob("*.tar.gz")
            shutil.unpack_archive(archive, building, filter="data")
    [content] = (path for path in made.iterdir() if path.is_dir())
    return content


def pip(python: Path, command: str, *arguments: str) -> None:
    """Run pip, as it is configured on this machine.

    Raises
    ------
    subprocess.CalledProcessError
        If pip fails, for example because it cannot reach an index.
    """
    line = [python, "-m", "pip", command, "--quiet", *arguments]
    subprocess.run(line, check=True, env=clean_environment())


@contextmanager
def _put_in_place(made: Path) -> Iterator[Path]:
    """Yield a folder to fill, and rename it: several test processes may build at once."""
    building = Path(tempfile.mkdtemp(dir=made.parent, prefix=f"{made.name}-"))
    try:
        yield building
        try:
            building.rename(made)
        except OSError:
            if not made.exists():
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _python(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what would let our packages through."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
