"""anaplan_frames with one compression from start to end, to compare its own choice with."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

from isal import isal_zlib

from anaplan_frames.transfer import upload
from anaplan_frames.transfer.compression import Method
from benchmarks import ours


def _fixed(library: Any, level: int, url: str, rows: int) -> Callable[[], object]:
    setattr(upload, "METHODS", (Method(library, level),))  # noqa: B010 it is not part of the API
    return ours.write(url, rows)


isal_0, isal_1, isal_2, isal_3 = (partial(_fixed, isal_zlib, level) for level in range(4))
zlib_6, zlib_9 = (partial(_fixed, zlib, level) for level in (6, 9))

NAMES = ("isal_0", "isal_1", "isal_2", "isal_3", "zlib_6", "zlib_9")
