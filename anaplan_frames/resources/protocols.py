"""What can be read as a table, and what data can be written to, as protocols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa

from anaplan_frames.resources.parts import Part


@runtime_checkable
class Readable(Protocol):
    """What can be read: exports, files, lists, modules and views."""

    @property
    def read(self) -> Callable[..., Any]:
        """Return the table as a DataFrame, or with ``chunksize=`` as `Frames`."""

    def read_arrow(self) -> pa.RecordBatchReader:
        """Stream the table as Arrow batches."""

    def parts(self, n: int) -> Sequence[Part]:
        """Divide the table into parts, to be read by several processes."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Stream the table for any consumer of Arrow."""


@runtime_checkable
class Writable(Protocol):
    """What data can be written to: imports, processes, files, lists and modules."""

    @property
    def write(self) -> Callable[..., Any]:
        """Write the data, and return a `WriteResult` or with ``dry_run=True`` a `WritePlan`."""
