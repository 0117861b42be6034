"""Arrow batches -> the bytes of Anaplan's CSV text, in the file's own dialect."""

from __future__ import annotations

import pyarrow as pa

from anaplan_frames.codec.columns import Matching
from anaplan_frames.codec.dialect import Dialect


class Encoder:
    """Writes rows as one file's dialect wants them; pure, and callable from several threads."""

    def __init__(self, dialect: Dialect, matching: Matching) -> None:
        self.dialect = dialect
        self.matching = matching

    def preamble(self) -> bytes:
        """Return all that stands before the first row, in the file's encoding."""
        raise NotImplementedError

    def encode(self, batch: pa.RecordBatch, first_row: int) -> bytes | pa.Buffer:
        """Return the rows as text in the file's dialect and encoding."""
        raise NotImplementedError

    def texts(self, batch: pa.RecordBatch, first_row: int) -> list[pa.Array]:
        """Return, per header, the field texts before quoting (large_string, null is empty)."""
        raise NotImplementedError
