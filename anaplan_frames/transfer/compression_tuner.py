"""Which compression suits the line: as strong as it can be while the line remains the slower."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from anaplan_frames import cancellation
from anaplan_frames.transfer.compression import Method, deflate, gzip

_SAMPLE_BYTES = 200_000
_SENDS_REMEMBERED = 8
_LOOK = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class Trial:
    """What a method did to a sample of the data.

    Attributes
    ----------
    method : Method
    ratio : float
        Bytes after compression for each byte before.
    speed : float
        Bytes before compression that one thread takes in a second.
    """

    method: Method
    ratio: float
    speed: float


def best(trials: Iterable[Trial], line: float, threads: int) -> Method:
    """Choose the method by which most bytes of data get through in a second.

    Compressing and sending go on at the same time, so the slower of them sets the pace. Each
    method is slower than the one before: if compressing alone is the slower, the search ends.

    Parameters
    ----------
    trials : iterable of Trial
        From quick to strong; drawn only as far as needed.
    line : float
        Bytes that the line takes in a second.
    threads : int
        How many compress at the same time.
    """
    chosen, most = None, 0.0
    for trial in trials:
        packing, sending = threads * trial.speed, line / trial.ratio
        if min(packing, sending) > most:
            chosen, most = trial.method, min(packing, sending)
        if packing <= most:
            break
    assert chosen is not None, "at least one trial"
    return chosen


class CompressionTuner:
    """Watches the chunks of one upload go away, and says how the next are to be compressed.

    Parameters
    ----------
    methods : sequence of Method
        From quick to strong. The quick one is used until the line is known.
    threads, senders : int
        How many threads compress, and how many send.
    """

    def __init__(self, methods: Sequence[Method], *, threads: int, senders: int) -> None:
        self.method: Method = methods[0]
        self._methods = methods
        self._threads = threads
        self._senders = senders
        self._sample = b""
        self._trials: list[Trial] = []
        self._rates: deque[float] = deque(maxlen=_SENDS_REMEMBERED)
        self._lock = threading.Lock()
        self._measured = threading.Event()

    def show(self, content: memoryview) -> None:
        """Let methods be tried on `content`, some of the data, if it comes to that."""
        if len(self._sample) < min(len(content), _SAMPLE_BYTES):
            self._sample = bytes(content[:_SAMPLE_BYTES])

    def wait(self) -> None:
        """Wait until a chunk has shown how fast the line is; raises Stopped when given up."""
        while not self._measured.wait(_LOOK):
            cancellation.check("compressing")

    def end_waiting(self) -> None:
        """Have nobody wait any more."""
        self._measured.set()

    def sent(self, size: int, seconds: float) -> None:
        """Take note that a sender needed so many seconds for a chunk of `size` bytes."""
        with self._lock:
            # The senders share the line: it takes as much from each of the others meanwhile. The
            # best of some sends shows its speed, as work on this machine can only slow them down.
            self._rates.append(size * self._senders / max(seconds, 1e-6))
            if self._sample:
                self.method = best(self._tried(), max(self._rates), self._threads)

    def _tried(self) -> Iterable[Trial]:
        """Yield a trial of each method, made when first asked for."""
        for number, method in enumerate(self._methods):
            if number == len(self._trials):
                self._trials.append(_try(method, self._sample))
            yield self._trials[number]


def _try(method: Method, sample: bytes, clock: Callable[[], float] = time.thread_time) -> Trial:
    """Compress a sample; the clock is that of this thread's own work, as others work too."""
    begin = clock()
    piece = deflate(sample, method)
    seconds = max(clock() - begin, 1e-6)  # some systems count in long steps
    return Trial(method, len(gzip([piece])) / piece.size, piece.size / seconds)
