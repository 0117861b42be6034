"""DataFrames one after the other, whose end ends the requests that they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self

import pandas as pd


class Frames(Iterator[pd.DataFrame], AbstractContextManager[Any]):
    """DataFrames of a table that is read piece by piece.

    It is an iterator and a context manager, as pandas' own ``TextFileReader`` is. When it is
    closed, the block is left, or it is no longer referenced, the requests end.

    Examples
    --------
    >>> with read_anaplan("Flights export", model, chunksize=100_000) as frames:  # doctest: +SKIP
    ...     for frame in frames:
    ...         load(frame)
    """

    def __init__(self, frames: Iterator[pd.DataFrame], close: Callable[[], None]) -> None:
        self._frames = frames
        self._close: Callable[[], None] | None = close

    def __next__(self) -> pd.DataFrame:
        """Return the next DataFrame.

        Raises
        ------
        StopIteration
            After the last one, or when it is closed.
        """
        try:
            return next(self._frames)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the requests; there are no more DataFrames then."""
        close, self._close = self._close, None
        if close is not None:
            frames, self._frames = self._frames, iter(())
            end = getattr(frames, "close", None)
            if end is not None:
                end()
            close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()
