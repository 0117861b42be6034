"""The tenant of small jobs: a sandbox in a process of its own, of any number of models."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from anaplan_frames.sandbox import Sandbox
from benchmarks import tenant

NAMES = ("Blue", "Red")


@dataclass(frozen=True, slots=True)
class _Listed:
    """A model that is only listed: a real one has a database of its own."""

    id: str
    name: str
    workspace: Any
    state: str = "UNLOCKED"
    memory_usage: int = 0

    def close(self) -> None:
        """Close nothing."""


def build(sandbox: Sandbox, models: int = 1, workspaces: int = 1) -> None:
    """Make a model with a list, an import into it and an export, among many models."""
    spaces = [sandbox.workspace(tenant.WORKSPACE_NAME, id=tenant.WORKSPACE)]
    spaces += [sandbox.workspace(f"Workspace {number}") for number in range(1, workspaces)]
    model = spaces[0].model(tenant.MODEL_NAME, id=tenant.MODEL)
    for number in range(1, models):
        space = spaces[number % workspaces]
        listed = _Listed(f"{number:032X}", f"Model {number}", space)
        space.models[listed.id] = listed  # type: ignore[assignment]
    items = pd.DataFrame({"name": NAMES, "Price": [1.5, 2.5]})
    parts = model.list(
        tenant.LIST_NAME, id=tenant.LIST, properties={"Price": "NUMBER"}, items=items
    )
    file = model.file(tenant.FILE_NAME, id=tenant.FILE, columns=["name", "Price"])
    model.import_(
        tenant.IMPORT_NAME, file=file, into=parts, mapping={"name": "Name"}, id=tenant.IMPORT
    )
    sales = model.module(
        tenant.MODULE_NAME, id=tenant.MODULE, dimensions=[parts], line_items={"Units": "NUMBER"}
    )
    model.export(tenant.EXPORT_NAME, of=sales, id=tenant.EXPORT)


@contextmanager
def running(models: int = 1, workspaces: int = 1) -> Iterator[str]:
    """Serve the tenant as long as the block lasts, and yield its URL."""
    with served("line_tenant", str(models), str(workspaces)) as url:
        yield url


@contextmanager
def served(module: str, *arguments: str) -> Iterator[str]:
    """Run a module that serves a tenant as long as the block lasts, and yield its URL."""
    root = Path(__file__).resolve().parent.parent
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{module}", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Serve, after the address has been printed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.line_tenant", description=__doc__)
    parser.add_argument("models", type=int)
    parser.add_argument("workspaces", type=int)
    options = parser.parse_args()
    sandbox = Sandbox(tenant.EMAIL, tenant.PASSWORD, rate_limit=None, allowed_hosts=["*"])
    build(sandbox, options.models, options.workspaces)
    serve(sandbox)


def serve(sandbox: Sandbox) -> None:
    """Print the sandbox's address, and serve it until the process is ended."""
    with sandbox:
        print(sandbox.api_url, flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
