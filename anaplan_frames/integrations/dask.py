"""Tables of Anaplan as dataframes of Dask, read and loaded in parts."""

from __future__ import annotations

from contextlib import ExitStack
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pandas as pd

from anaplan_frames.bulk.imports import Import
from anaplan_frames.bulk.job_options import Parameters
from anaplan_frames.errors import MissingExtra
from anaplan_frames.integrations.table_scans import open_table
from anaplan_frames.model import Model
from anaplan_frames.model_search import check_given, find, place
from anaplan_frames.reading import Sources
from anaplan_frames.reading import read_anaplan as read_whole
from anaplan_frames.resources.parts import Part
from anaplan_frames.resources.protocols import Readable
from anaplan_frames.results import WriteResult
from anaplan_frames.transfer.upload import MOST_CHUNKS
from anaplan_frames.writes.result_builder import OnRejected, check_on_rejected

if TYPE_CHECKING:
    import dask.dataframe as dd

__all__ = ["read_anaplan", "to_anaplan"]
_MOST_PARTS = 10_000
_TARGETS = ("imports", "processes")


def read_anaplan(
    source: str | Readable,
    model: Model | str | None = None,
    *,
    kind: Sources | None = None,
    run: bool = True,
    npartitions: int | None = None,
) -> dd.DataFrame:
    """Return a table of Anaplan as a dataframe of Dask; each partition is read by itself.

    Parameters
    ----------
    source, model, kind
        As for `anaplan_frames.read_anaplan`.
    run : bool
        Run an export now, once. The partitions are of what it last wrote.
    npartitions : int, optional
        How many partitions there are at most. By default each chunk of a file or export (about
        10 MB), and each page of a module, view or list, is a partition.

    Returns
    -------
    dask.dataframe.DataFrame
        The columns and types are those of `anaplan_frames.read_anaplan`; texts have the type that
        Dask's option ``dataframe.convert-string`` chooses. As with
        `dask.dataframe.read_csv`, each partition has an index from 0, and divisions are unknown.

    Raises
    ------
    MissingExtra
        If Dask is not installed.
    TypeError, ValueError
        If `npartitions` is not a number from 1.
    AnaplanError
        As for `anaplan_frames.read_anaplan`.

    Notes
    -----
    Tasks hold where the credentials come from or a token, and never a password, as `Connection`
    says. Anaplan keeps the pages of a module or view until nobody has used them for 30 minutes.

    Examples
    --------
    >>> df = read_anaplan("Flights export", model)  # doctest: +SKIP
    >>> df.groupby("Airline")["Flights"].sum().compute()  # doctest: +SKIP
    """
    frames = _dataframes()
    table = open_table(source, model, kind, run=run)
    parts = table.parts(_MOST_PARTS if npartitions is None else npartitions)
    meta = read_whole(table, run=False, nrows=0, progress=False)
    meta.attrs.clear()
    frame: dd.DataFrame = frames.from_map(_read_part, list(parts), meta=meta, label="read-anaplan")
    return frame


def to_anaplan(
    data: dd.DataFrame,
    target: str | Import,
    model: Model | str | None = None,
    *,
    parameters: Parameters | None = None,
    on_rejected: OnRejected = "raise",
) -> WriteResult:
    """Load a dataframe of Dask into Anaplan: workers send a partition each, one import loads all.

    If a task is tried again, it replaces what it has sent. If one fails, nothing is imported.

    Parameters
    ----------
    data : dask.dataframe.DataFrame
        Each partition has at most 50,000,000 bytes as text, and there are at most 1,000.
    target : str or Import
        The name, id or URL of an import, or of a process that reads one file; or one of these
        itself.
    model : Model or str, optional
        As for `anaplan_frames.to_anaplan`.
    parameters, on_rejected
        As for `anaplan_frames.to_anaplan`.

    Returns
    -------
    WriteResult
        Rejected rows are in ``unmatched``, as Anaplan sends them.

    Raises
    ------
    MissingExtra
        If Dask is not installed.
    TypeError
        If the data are not a dataframe of Dask, or the target is neither an import nor a process.
    ValueError
        If there are too many partitions, or one has too many bytes; nothing is imported.
    AnaplanError
        As for `anaplan_frames.to_anaplan`.

    Examples
    --------
    >>> to_anaplan(df, "Load flights", model)  # doctest: +SKIP
    """
    frames = _dataframes()
    if not isinstance(data, frames.DataFrame):
        raise TypeError(
            f"data must be a dataframe of Dask, not {type(data).__name__}. "
            "anaplan_frames.to_anaplan takes others."
        )
    if data.npartitions > MOST_CHUNKS:
        raise ValueError(
            f"The dataframe has {data.npartitions:,} partitions, and an upload has at most "
            f"{MOST_CHUNKS:,}. Join some first: df.repartition(partition_size='25MB')."
        )
    check_on_rejected(on_rejected)
    with ExitStack() as stack:
        found = _target(target, model, stack)
        parts = stack.enter_context(found.upload_parts(data.npartitions))
        sizes = _send(data, list(parts))
        result: WriteResult = parts.complete(sizes, parameters=parameters, on_rejected=on_rejected)
        return result


def _send(data: Any, parts: list[Part]) -> list[int]:
    """Send each partition as its part, and return their sizes."""
    dask: Any = import_module("dask")
    send = dask.delayed(_write_part, pure=False)
    tasks = [
        send(part, partition) for part, partition in zip(parts, data.to_delayed(), strict=True)
    ]
    return list(dask.compute(*tasks))


def _read_part(part: Part) -> pd.DataFrame:
    frame = part.read()
    frame.attrs.clear()  # Dask joins partitions, whose attributes say different times
    return frame


def _write_part(part: Part, partition: pd.DataFrame) -> int:
    try:
        return part.write(partition)
    except ValueError as error:
        error.add_note(
            "If a partition is too large: df.repartition(partition_size='25MB') divides them."
        )
        raise


def _target(target: str | Import, model: Model | str | None, stack: ExitStack) -> Import:
    found: object = target
    if isinstance(target, str):
        model, name, kind = place(target, model, None, stack)
        found = find(model, name, _TARGETS, kind, verb="written to")
    elif isinstance(target, Import):
        check_given(target, model, None)
    if not isinstance(found, Import):
        raise TypeError(
            "A dataframe of Dask is loaded by an import or process, such as "
            f"model.imports['Load flights'], not {type(found).__name__}. Load others with "
            "anaplan_frames.to_anaplan(df.compute(), target)."
        )
    return found


def _dataframes() -> Any:
    try:
        import dask.dataframe as dd
    except ImportError:
        raise MissingExtra("Dataframes of Dask", "dask") from None
    return dd
