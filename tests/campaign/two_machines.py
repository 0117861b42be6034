"""Two machines with one user that load the same file at the same time: `python -m` runs it."""

from __future__ import annotations

import argparse
import csv
import logging
import os
import random
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any
from unittest import mock

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transfer import upload
from tests.campaign.between import CHUNK
from tests.campaign.bulk import things
from tests.transport.scripted import TurnedClock

ROWS = 100
_LONGEST_DELAY = 0.25  # seconds; a load takes about as long
_LONGEST = 120.0  # seconds, for one answer of a machine


class _Clock(TurnedClock):
    """A clock on which waiting takes a moment only."""

    def sleep(self, seconds: float) -> None:
        """Turn the clock."""
        super().sleep(seconds)
        time.sleep(0.004)


def _data(seed: int, machine: int) -> Any:
    return things(2 * seed + machine, ROWS)


def be_a_machine(orders: Connection, url: str, email: str, password: str, number: int) -> None:
    """Load at each order, with a cache of its own, until there are no more."""
    warnings.simplefilter("ignore")
    with ExitStack() as stack:
        cache = stack.enter_context(tempfile.TemporaryDirectory())
        for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
            os.environ[name] = cache
        stack.enter_context(mock.patch.object(upload, "SMALLEST_CHUNK", CHUNK))
        connection = stack.enter_context(
            af.connect(
                email,
                password,
                api_url=url,
                auth_url=url,
                requests_per_minute=None,
                clock=_Clock(),
            )
        )
        while (order := orders.recv()) is not None:
            model_id, seed, delay = order
            model = connection.model(model_id)
            time.sleep(delay)
            try:
                result = af.to_anaplan(_data(seed, number), "Load things", model, chunk_bytes=CHUNK)
                orders.send((result.task_id, result.rows_loaded, ""))
            except Exception as error:
                orders.send(("", 0, f"{type(error).__name__}: {error}"))


@contextmanager
def _machines(sandbox: Sandbox) -> Iterator[list[Connection]]:
    context = get_context("spawn")
    pipes = [context.Pipe() for _ in range(2)]
    given = (sandbox.api_url, sandbox.email, sandbox.password)
    running = [
        context.Process(target=be_a_machine, args=(there, *given, number), daemon=True)
        for number, (_, there) in enumerate(pipes)
    ]
    for process in running:
        process.start()
    try:
        yield [here for here, _ in pipes]
    finally:
        for here, _ in pipes:
            here.send(None)
        for process in running:
            process.join(20)


def _run(sandbox: Sandbox, machines: list[Connection], seed: int) -> str:
    """Have both load at about the same time, and say how it ended."""
    chance = random.Random(seed)
    model = sandbox.workspace("W").model(f"M {seed}", id=f"{seed + 1:032X}")
    things_list = model.list("Things", properties={"Text": "TEXT"})
    file = model.file("things.csv", columns=["Name", "Code", "Text"])
    model.import_("Load things", file, into=things_list)
    read: dict[str, bytes | None] = {}
    run_import = model.run_import

    def note(definition: Any, source: Any, parameters: Any, watch: Any, *others: Any) -> Any:
        read[watch.id] = source.read_bytes() if source else None
        return run_import(definition, source, parameters, watch, *others)

    model.run_import = note  # type: ignore[method-assign]
    sandbox.tasks.pause = chance.choice((0.0, 0.01, 0.05))
    for machine in machines:
        machine.send((model.id, seed, chance.uniform(0, _LONGEST_DELAY)))
    assert all(machine.poll(_LONGEST) for machine in machines), "a machine does not end"
    answers = [machine.recv() for machine in machines]
    said = [_judged(seed, number, *answer, read) for number, answer in enumerate(answers)]
    sandbox.tasks.stop()
    sandbox.workspace("W").delete(model)
    return " and ".join(sorted(said))


def _judged(
    seed: int, number: int, task: str, rows: int, error: str, read: dict[str, bytes | None]
) -> str:
    """Say how one machine's load ended, by what the import of its task has read."""
    if error:
        return error.partition(":")[0]
    text = _data(seed, number).to_csv(index=False, quoting=csv.QUOTE_ALL).encode()
    return "well" if read.get(task) == text and rows == ROWS else "WRONG"


def run_pairs(first: int, runs: int) -> Counter[str]:
    """Run pairs of loads, and count how they ended."""
    with Sandbox(rate_limit=None) as sandbox, _machines(sandbox) as machines:
        return Counter(_run(sandbox, machines, seed) for seed in range(first, first + runs))


def main() -> None:
    """Run many pairs, and print how they ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    given = parser.parse_args()
    # A chunk that is replaced while it is read is an error in the sandbox's log.
    logging.disable(logging.CRITICAL)
    for ended, number in run_pairs(1_000, given.runs).most_common():
        print(f"{number:4}  {ended}")


if __name__ == "__main__":
    main()
