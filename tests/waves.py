"""Requests in waves: each is held until all that should be under way at the same time are."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest import mock

from starlette.types import ASGIApp, Receive, Scope, Send

from anaplan_frames.sandbox import Sandbox, application

_LONGEST = 5.0  # seconds that a wave waits for its last request, before the test fails
_MODEL = re.compile(r"^/2/0/workspaces/[0-9a-f]+/models/[0-9A-F]+/")
_TASK = re.compile(r"/tasks/[0-9A-F]+$")


def short(method: str, path: str) -> str:
    """Name a request: ``"GET imports"`` for a listing of the model."""
    return f"{method} {_TASK.sub('/tasks/*', _MODEL.sub('', path)).removeprefix('/2/0')}"


class Waves:
    """Holds requests until a whole wave has come, then answers one after the other, in order.

    Attributes
    ----------
    seen : list of str
        The names of all requests.
    faults : list of str
        Requests that came in no wave or another one, and those that a wave has waited for in vain.
    """

    def __init__(self) -> None:
        self._changed = asyncio.Condition()
        self.expect([])

    def expect(self, waves: Sequence[Sequence[str]]) -> None:
        """Expect these waves of requests, each named in the order in which they are answered."""
        self.seen: list[str] = []
        self.faults: list[str] = []
        self._left = [list(wave) for wave in waves]
        self._come: list[str] = []

    def check(self) -> None:
        """Raise AssertionError unless all waves have come, and nothing else."""
        end = time.monotonic() + _LONGEST
        while self._left and not self.faults and time.monotonic() < end:
            time.sleep(0.001)  # the client has the last answer before its request has ended here
        assert not self.faults, self.faults
        assert not self._left, self._left

    def wrap(self, app: ASGIApp, sandbox: Sandbox) -> ASGIApp:
        """Put this before the application of a sandbox."""

        async def held(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"].endswith("/logout"):
                return await app(scope, receive, send)
            name = short(scope["method"], scope["path"])
            self.seen.append(name)
            if not await self._turn(name):
                return await app(scope, receive, send)
            if name.endswith("/tasks/*"):  # so that one look is enough
                await _ended(sandbox, scope["path"])
            try:
                await app(scope, receive, send)
            finally:
                await self._end(name)
            return None

        return held

    async def _turn(self, name: str) -> bool:
        """Wait for the turn of a request; False if it was not expected."""
        async with self._changed:
            if sum(map(bool, self._come)) == 1 and len(self._come) == len(self._left[0]):
                # The client has the last answer of a wave before its request has ended here.
                await self._changed.wait_for(lambda: not self._come)
            if not self._left or name not in self._left[0]:
                self.faults.append(f"unexpected: {name}")
                return False
            self._come.append(name)
            wave = self._left[0]
            self._changed.notify_all()
            try:
                await asyncio.wait_for(
                    self._changed.wait_for(
                        lambda: len(self._come) == len(wave) and self._waiting(wave) == name
                    ),
                    _LONGEST,
                )
            except TimeoutError:
                self.faults.append(f"{name} waited for {set(wave) - set(self._come)}")
                return False
        return True

    def _waiting(self, wave: Sequence[str]) -> str:
        """Return the request whose turn it is."""
        return next((name for name in wave if name in self._come), "")

    async def _end(self, name: str) -> None:
        async with self._changed:
            # Those that are answered are replaced, so that the wave stays complete.
            self._come[self._come.index(name)] = ""
            if not any(self._come):
                self._left.pop(0)
                self._come.clear()
            self._changed.notify_all()


async def _ended(sandbox: Sandbox, path: str) -> None:
    """Wait for the end of the task at a path."""
    *_, model, kind, action, _, task = path.split("/")
    found = sandbox.tasks.find(kind, model, action, task)
    while found is not None and not found.ended:
        await asyncio.sleep(0.002)


@contextmanager
def in_waves(sandbox: Sandbox) -> Iterator[Waves]:
    """Serve a sandbox whose requests must come in waves."""
    waves = Waves()
    build = application.build_app
    with mock.patch.object(
        application, "build_app", lambda tenant: waves.wrap(build(tenant), sandbox)
    ):
        sandbox.start()
    try:
        yield waves
    finally:
        sandbox.stop()
