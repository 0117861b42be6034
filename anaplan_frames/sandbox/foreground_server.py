"""Serving a sandbox in the foreground, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator

from anaplan_frames.sandbox.http.local_server import HOST
from anaplan_frames.sandbox.sandbox import Sandbox


def _print_url(sandbox: Sandbox) -> None:
    if sandbox.is_clone:
        print("A job runs against the clone if these are set:")
        print(f"export ANAPLAN_API_URL={sandbox.api_url} ANAPLAN_AUTH_URL={sandbox.auth_url}")
        print(f"export ANAPLAN_EMAIL={sandbox.email} ANAPLAN_PASSWORD={sandbox.password}")
    text = (
        f"Anaplan sandbox at {sandbox.api_url}, login {sandbox.email}."
        " Open it in a browser to look at it. Ctrl-C ends it."
    )
    print(text, flush=True)


def serve(
    sandbox: Sandbox,
    port: int,
    announce: Callable[[Sandbox], None] = _print_url,
    *,
    host: str = HOST,
) -> None:
    """Serve in the foreground until Ctrl-C or SIGTERM, then close the sandbox.

    Parameters
    ----------
    sandbox : Sandbox
    port : int
        The port; 0 takes a free one.
    announce : callable, optional
        Called with the sandbox as soon as it accepts requests; prints its URL by default.
    host : str
        The IPv4 address to listen on; see `Sandbox.start`.

    Raises
    ------
    OSError
        If the port is in use.
    """
    stopped = threading.Event()
    try:
        sandbox.start(port, host)
        with _on_termination(stopped.set):
            announce(sandbox)
            # In short waits, because an endless one cannot be interrupted on Windows.
            while not stopped.wait(0.5):
                pass
    except KeyboardInterrupt:
        pass
    finally:
        sandbox.close()


@contextlib.contextmanager
def _on_termination(callback: Callable[[], None]) -> Iterator[None]:
    """Call `callback` on SIGTERM; only the main thread can receive signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: callback())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
