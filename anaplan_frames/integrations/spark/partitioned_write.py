"""`to_anaplan` for DataFrames of Spark: repartitions as needed, and returns the result."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any, Literal

import pyarrow as pa

from anaplan_frames.bulk.imports import Import
from anaplan_frames.bulk.job_options import LOCALE, Parameters
from anaplan_frames.integrations.spark.chunk_writer import TARGETS, ChunkSender
from anaplan_frames.integrations.spark.partition_sizes import needed_partitions
from anaplan_frames.integrations.spark.spark_types import DataFrame
from anaplan_frames.model import Model
from anaplan_frames.model_search import check_given, find, place
from anaplan_frames.results import WriteResult
from anaplan_frames.transfer.upload import LARGEST_CHUNK, MOST_CHUNKS
from anaplan_frames.writes.result_builder import OnRejected, check_result
from anaplan_frames.writes.send_options import send_options

_USUAL_TASKS = 16


def to_anaplan(
    df: DataFrame,
    target: str | Import,
    model: Model | str | None = None,
    *,
    kind: Literal["imports", "processes"] | None = None,
    mapping: Mapping[str, str] | None = None,
    on_rejected: OnRejected = "raise",
    dump: str | os.PathLike[str] | None = None,
    timeout: float | None = None,
    parameters: Parameters | None = None,
    locale: str = LOCALE,
    restart_after: float | None = None,
    tasks: int = _USUAL_TASKS,
) -> WriteResult:
    """Load a DataFrame of Spark by an import or process, from the executors.

    The rows are written as text once to count the bytes of each partition, and the DataFrame is
    repartitioned if one is too large for a chunk. Then the executors send a chunk each, and this
    process imports them, once. The DataFrame is computed twice, so cache one that is costly.

    Parameters
    ----------
    df : pyspark.sql.DataFrame
    target : str or Import
        An import or process: its name, id or URL, or itself.
    model, kind, mapping, on_rejected, parameters, locale, restart_after
        As for `anaplan_frames.to_anaplan`.
    dump : path, optional
        A folder of the driver for the rejected rows (``rejected.csv``) and the failure dumps.
    timeout : float, optional
        Seconds for the import, once all is sent.
    tasks : int, default 16
        How many tasks are expected to run at the same time; each gets an equal share of the
        requests per minute.

    Returns
    -------
    WriteResult
        Rejected rows are in ``unmatched``, as Anaplan sends them.

    Raises
    ------
    ColumnMismatch
        If columns are missing, or if not exactly one file is read; nothing is sent.
    DataError
        If the data are more than the file can have, 1,000 chunks of 50,000,000 bytes.
    RejectedRows, TaskFailed, TaskUncertain, TransferError
        As for `anaplan_frames.to_anaplan`.

    Examples
    --------
    >>> to_anaplan(df, "Load flights", model).rows_loaded  # doctest: +SKIP
    """
    options = send_options(on_rejected=on_rejected, dump=dump, timeout=timeout, progress=None)
    if isinstance(tasks, bool) or not isinstance(tasks, int) or tasks < 1:
        raise ValueError(f"tasks must be a whole number from 1, not {tasks!r}")
    with ExitStack() as stack:
        found = _target(target, model, kind, stack)
        upload = found.shared_upload(
            mapping=mapping, parameters=parameters, locale=locale, restart_after=restart_after
        )
        transport = found.catalogue.transport
        stack.enter_context(transport.keeping_token())
        fitting = _fitting(df, ChunkSender(upload, transport.shared_by(tasks), df.schema))
        with upload.exclusive():
            upload.declare()
            sender = ChunkSender(upload, transport.shared_by(tasks), df.schema)
            messages = fitting.mapInArrow(_sending(sender), "part binary").collect()
            sent = [pickle.loads(bytes(message.part)) for message in messages]
            return check_result(upload.complete(sent, options), on_rejected)


def _target(
    target: str | Import, model: Model | str | None, kind: str | None, stack: ExitStack
) -> Import:
    if isinstance(target, Import):
        check_given(target, model, kind)
        return target
    if not isinstance(target, str):
        raise TypeError(
            "to_anaplan takes the name of an import or process, its URL, or one of these such as "
            f"model.imports['Load flights'], not {type(target).__name__}."
        )
    its_model, name, its_kind = place(target, model, kind, stack)
    found = find(its_model, name, TARGETS, its_kind, verb="written to")
    assert isinstance(found, Import)
    return found


def _fitting(df: DataFrame, sender: ChunkSender) -> DataFrame:
    """Return the data in partitions that a chunk can hold."""

    def measure(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield pa.record_batch({"size": pa.array([sender.measure(batches)], pa.int64())})

    sizes = [row.size for row in df.mapInArrow(measure, "size long").collect()]
    if max(sizes, default=0) <= LARGEST_CHUNK and len(sizes) <= MOST_CHUNKS:
        return df
    return df.repartition(needed_partitions(sizes, sender.label))


def _sending(sender: ChunkSender) -> Any:
    def send(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield pa.record_batch({"part": pa.array([pickle.dumps(sender.send(batches))])})

    return send
