"""Jobs that are interrupted at a moment, in this process, and how long their calls take to end."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.tenant.fault_rules import Fault

STALL = 6.0  # seconds of a stalled request
ROWS = pd.DataFrame(
    {
        "Name": [f"n{n}" for n in range(40)],
        "Text": [f"a text of some length {n}" for n in range(40)],
    }
)
Job = Callable[[af.Model, Path, int], object]
Stall = Literal["stall", "stalled answer"]


def _named(turn: int) -> pd.DataFrame:
    """Return rows that no earlier turn has sent."""
    return ROWS.assign(Name=ROWS["Name"] + f" of {turn}")


JOBS: Mapping[str, Job] = {
    "upload and import": lambda model, folder, turn: model.imports["Load things"].write(
        _named(turn), chunk_bytes=300
    ),
    "process": lambda model, folder, turn: model.processes["Load both"].write(
        {"Load things": _named(turn), "Load others": ROWS}
    ),
    "export": lambda model, folder, turn: model.exports["Things export"].read(),
    "download": lambda model, folder, turn: model.exports["Things export"].download(
        folder / f"{turn}.csv"
    ),
    "list insert": lambda model, folder, turn: model.lists["Others"].insert(
        _named(turn), mapping={"Name": "name"}
    ),
    "list sync": lambda model, folder, turn: model.lists["Others"].sync(
        _named(turn), key="name", delete=True, confirm=True, mapping={"Name": "name"}
    ),
    "cells": lambda model, folder, turn: model.modules["Sizes"].write(
        pd.DataFrame({"Things": [f"t{n}" for n in range(30)], "Size": float(turn)})
    ),
    "large read": lambda model, folder, turn: list(model.modules["Sizes"].parts(3)),
}


def build(sandbox: Sandbox) -> None:
    """Make a model that has what the jobs need."""
    model = sandbox.workspace("W").model("M")
    items = pd.DataFrame({"name": [f"t{n}" for n in range(30)], "Text": "a text"})
    things = model.list("Things", properties={"Text": "TEXT"}, items=items)
    others = model.list("Others", properties={"Text": "TEXT"})
    loads = [
        model.import_(
            f"Load {name}", file=model.file(f"{name}.csv", columns=["Name", "Text"]), into=lst
        )
        for name, lst in (("things", things), ("others", others))
    ]
    model.process("Load both", loads)
    model.export("Things export", of=things)
    model.module("Sizes", dimensions=[things], line_items={"Size": "NUMBER"})


@dataclass(frozen=True)
class Moment:
    """When a job is interrupted.

    Attributes
    ----------
    job : str
        One of `JOBS`.
    request : int or None
        The number of the job's request from which on all requests stall; None: none does.
    delay : float
        Seconds from then on, or else from the begin of the job.
    stall : str
        Whether the requests that stall are carried out.
    """

    job: str
    request: int | None
    delay: float
    stall: Stall


def moments_of(sandbox: Sandbox, job: str, count: int, folder: Path, *, seed: int) -> list[Moment]:
    """Choose moments at random, over all requests of a job.

    The first is in a request that stalls, so that the job cannot have ended before.
    """
    requests = sandbox.faults.add("429", after=1_000_000)
    with sandbox.connect(requests_per_minute=None) as connection:
        model = connection.model("M")
        before, begin = requests._passed, time.monotonic()
        JOBS[job](model, folder, -1)
        seconds, sent = time.monotonic() - begin, requests._passed - before
    sandbox.faults.clear()
    chance = random.Random(f"{seed} {job}")
    return [
        Moment(
            job,
            _request(chance, sent, stalls=number == 0),
            chance.random() * (seconds if number and chance.random() < 0.25 else 0.03),
            chance.choice(("stall", "stalled answer")),
        )
        for number in range(count)
    ]


def _request(chance: random.Random, sent: int, *, stalls: bool) -> int | None:
    if stalls:  # a job that polls less often does not send the last ones
        return chance.randrange(max(1, sent // 2))
    return chance.randrange(sent) if chance.random() < 0.75 else None


@dataclass(frozen=True)
class Ended:
    """The seconds from the signal until the call had ended, and until its connection had."""

    call: float
    connection: float


def interrupt(sandbox: Sandbox, moment: Moment, folder: Path, turn: int) -> Ended | None:
    """Do a job, interrupt it at a moment, and return how long that took; None if it had ended."""
    assert threading.current_thread() is threading.main_thread()  # signals go to no other
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    sender = _Sender(moment.delay)
    ended = None
    try:
        with sandbox.connect(requests_per_minute=None) as connection:
            model = connection.model("M")
            fault = None
            if moment.request is not None:
                fault = sandbox.faults.add(
                    moment.stall, after=moment.request, times=None, seconds=STALL
                )
            try:
                sender.start(fault)
                JOBS[moment.job](model, folder, turn)
            except KeyboardInterrupt:
                ended = time.monotonic()
                raise
            if sender.stop():  # it comes after the end of the job
                time.sleep(STALL)
    except KeyboardInterrupt:
        pass
    finally:
        closed = time.monotonic()
        sandbox.faults.clear()
        signal.signal(signal.SIGINT, handler)
    return None if ended is None else Ended(ended - sender.sent, closed - sender.sent)


class _Sender:
    """Sends the signal from a thread, some time after its start or after a fault has struck."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._lock = threading.Lock()
        self._stopped = False
        self.sent = 0.0

    def start(self, fault: Fault | None) -> None:
        """Begin to wait."""
        threading.Thread(target=self._run, args=[fault], daemon=True).start()

    def stop(self) -> bool:
        """Send no signal any more; return whether it was sent."""
        with self._lock:
            self._stopped = True
            return self.sent > 0

    def _run(self, fault: Fault | None) -> None:
        while fault is not None and not fault.hits and not self._stopped:
            time.sleep(0.001)
        time.sleep(self._delay)
        with self._lock:
            if not self._stopped:
                self.sent = time.monotonic()
                os.kill(os.getpid(), signal.SIGINT)
