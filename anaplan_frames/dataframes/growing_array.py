"""A numpy array that grows in place, for columns whose length nobody knows before the end."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
import numpy.typing as npt

from anaplan_frames.memory import CAN_GROW, LARGE_PAGE, mapping

_STEP = 2 * LARGE_PAGE  # bytes; what is longer is a mapping if that can grow


class Growing:
    """A one-dimensional array to which values are added.

    A long one is moved by the kernel, not copied: there is never a second one.

    Parameters
    ----------
    dtype : dtype
    """

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self._dtype = np.dtype(dtype)
        self._values: npt.NDArray[Any] = np.empty(0, self._dtype)
        self._memory: mmap.mmap | None = None
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def extend(self, values: npt.NDArray[Any]) -> None:
        """Add values at the end."""
        self.room(len(values))[:] = values

    def room(self, count: int) -> npt.NDArray[Any]:
        """Add room for so many values; it must be filled, and released, before more is added."""
        start, self._length = self._length, self._length + count
        if self._length > len(self._values):
            self._grow(self._length * self._dtype.itemsize)
        return self._values[start : self._length]

    def finish(self) -> npt.NDArray[Any]:
        """Return the array at its true length; nothing can be added any more."""
        if self._memory is None:
            self._values.resize(self._length, refcheck=False)
            return self._values
        self._remap(self._length * self._dtype.itemsize)
        return self._values[: self._length]

    def _grow(self, needed: int) -> None:
        size = self._values.nbytes
        if CAN_GROW and needed > _STEP:
            # What is set aside of a mapping takes no memory until it is used.
            self._remap(-(-max(needed, size + size // 2) // LARGE_PAGE) * LARGE_PAGE)
        else:
            size = max(needed, size + min(size, _STEP))
            # Nothing else refers to the array while it grows: the check would only be in the way.
            self._values.resize(size // self._dtype.itemsize, refcheck=False)

    def _remap(self, size: int) -> None:
        """Make the mapping so many bytes long; one that an array refers to cannot be moved."""
        before, self._values = self._values, np.empty(0, self._dtype)
        if self._memory is None:
            self._memory = mapping(size)
            self._values = np.frombuffer(self._memory, self._dtype)
            self._values[: len(before)] = before
        else:
            del before
            self._memory.resize(size)
            self._values = np.frombuffer(self._memory, self._dtype)
