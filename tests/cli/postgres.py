"""A PostgreSQL server of the tests' own, if the system has one installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "planner"


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, if they are installed."""
    on_path = shutil.which("initdb")
    found = [Path(on_path)] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].resolve().parent if found else None


@contextmanager
def postgres() -> Iterator[str]:
    """Serve an empty database on a free port, and yield its URL."""
    folder = programs()
    assert folder is not None
    # Its server refuses to run as root, who may run it as another user.
    other = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="postgres-") as place:
        if other:
            shutil.chown(place, "nobody")
        data, log = f"{place}/data", f"{place}/log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]

        def call(program: str, *words: str) -> None:
            subprocess.run(
                [folder / program, "-D", data, *words],
                cwd=place,
                check=True,
                stdout=subprocess.DEVNULL,
                **other,  # type: ignore[call-overload]
            )

        call("initdb", "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {place} -p {port} -c listen_addresses=127.0.0.1 -F"
        call("pg_ctl", "-o", options, "-l", log, "-w", "start")
        try:
            yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
        finally:
            call("pg_ctl", "-m", "immediate", "-w", "stop")
