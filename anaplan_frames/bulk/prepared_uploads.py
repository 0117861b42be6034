"""Uploads that are planned: what a plan of an import, a process or a file shows of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from anaplan_frames.bulk.file_writer import PreparedUpload
from anaplan_frames.codec.column_types import unique_names
from anaplan_frames.resources.resource import Resource
from anaplan_frames.results import Report
from anaplan_frames.writes.columns import columns_frame
from anaplan_frames.writes.plan import PreparedWrite


class PreparedUploads(PreparedWrite):
    """Data that fits one or more files of a resource; nothing is sent yet.

    Parameters
    ----------
    resource : Resource
        The import, process or file.
    uploads : sequence of PreparedUpload
    state : object
        As for `PreparedWrite`.
    """

    def __init__(
        self, resource: Resource, uploads: Sequence[PreparedUpload], state: object
    ) -> None:
        self.uploads: tuple[PreparedUpload, ...] = tuple(uploads)
        self.state = state
        self._resource = resource
        self.begun: Any = self.clock().monotonic()
        self.expected: Report = Report(
            kind=resource.kind,
            target=resource.name,
            target_id=resource.id,
            **resource.catalogue.facts,
            rows_sent=sum(upload.sent.source.rows or 0 for upload in uploads),
        )
        self.columns: pd.DataFrame = self._by_file(
            [columns_frame(upload.sent.source.columns, upload.matching) for upload in uploads]
        )
        self.unchecked: pd.DataFrame = pd.DataFrame({"subject": [], "reason": []}, dtype=object)

    def head(self, rows: int) -> pd.DataFrame:
        """Return the first rows of each file as texts; see `PreparedWrite`."""
        return self._by_file([_head(upload, rows) for upload in self.uploads])

    def check_values(self) -> None:
        """Raise EncodingError for a value that cannot be sent."""
        for upload in self.uploads:
            upload.check_values()

    def warn_of_unused(self) -> None:
        """Warn of columns that are left out."""
        for upload in self.uploads:
            upload.warn_of_unused()

    def clock(self) -> Any:
        """Return the connection's clock."""
        return self._resource.catalogue.transport.clock

    def _by_file(self, frames: list[pd.DataFrame]) -> pd.DataFrame:
        """Put the frames of several files under each other, with a first column ``file``."""
        if len(frames) == 1:
            return frames[0]
        named = [
            frame.assign(file=upload.target.name)[["file", *frame.columns]]
            for upload, frame in zip(self.uploads, frames, strict=True)
        ]
        return pd.concat(named, ignore_index=True) if named else pd.DataFrame()


def _head(upload: PreparedUpload, rows: int) -> pd.DataFrame:
    encoder = upload.sent.encoder
    names = unique_names(
        [header or f"Column {n}" for n, header in enumerate(encoder.layout.headers, 1)]
    )
    count = min(rows, upload.sent.source.rows or 0)
    texts = upload.sent.take(range(count)) if count else []
    return pd.DataFrame(texts, columns=names, dtype="str")
