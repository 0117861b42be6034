"""Tables of Anaplan as dataframes of narwhals, whatever library holds the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Unpack

from anaplan_frames.errors import MissingExtra
from anaplan_frames.integrations.table_scans import ScanOptions
from anaplan_frames.model import Model
from anaplan_frames.reading import Sources, read_anaplan, read_arrow
from anaplan_frames.resources.protocols import Readable, Writable
from anaplan_frames.results import WriteResult
from anaplan_frames.writes.plan import WritePlan
from anaplan_frames.writing import to_anaplan as write

if TYPE_CHECKING:
    import narwhals as nw

__all__ = ["read_narwhals", "to_anaplan"]
Holder: TypeAlias = Literal["pandas", "polars", "pyarrow"]
_HOLDERS = ("pandas", "polars", "pyarrow")


def read_narwhals(
    source: str | Readable,
    model: Model | str | None = None,
    *,
    backend: Holder = "pandas",
    kind: Sources | None = None,
    run: bool = True,
    **options: Unpack[ScanOptions],
) -> nw.DataFrame[Any]:
    """Read a table out of Anaplan into a dataframe of narwhals.

    Parameters
    ----------
    source, model, kind, run
        As for `anaplan_frames.read_anaplan`.
    backend : {"pandas", "polars", "pyarrow"}
        The library that holds the rows.
    **options
        As for `anaplan_frames.read_arrow`: `columns`, `where`, `nrows`, `dtype`, `hierarchy`,
        `periods`, `totals` and `omit_empty`.

    Returns
    -------
    narwhals.DataFrame

    Raises
    ------
    MissingExtra
        If narwhals is not installed.
    ValueError
        If there is no such backend.
    AnaplanError
        As for `anaplan_frames.read_anaplan`.

    Examples
    --------
    >>> df = read_narwhals("Flights export", model, backend="polars")  # doctest: +SKIP
    """
    library = _narwhals()
    if backend not in _HOLDERS:
        raise ValueError(f"backend must be 'pandas', 'polars' or 'pyarrow', not {backend!r}")
    if backend == "pandas":
        frame = read_anaplan(source, model, kind=kind, run=run, **options)
        held: nw.DataFrame[Any] = library.from_native(frame, eager_only=True)
        return held
    reader = read_arrow(source, model, kind=kind, run=run, **options)
    found: nw.DataFrame[Any] = library.from_arrow(reader, backend=backend)
    return found


def to_anaplan(
    data: nw.DataFrame[Any] | nw.LazyFrame[Any],
    target: str | Writable,
    model: Model | str | None = None,
    **options: Any,
) -> WriteResult | WritePlan:
    """Load a dataframe of narwhals into Anaplan; a LazyFrame is collected first.

    Parameters
    ----------
    data : narwhals.DataFrame or narwhals.LazyFrame
    target, model, **options
        As for `anaplan_frames.to_anaplan`, which takes a narwhals.DataFrame, too.

    Returns
    -------
    WriteResult or WritePlan

    Raises
    ------
    MissingExtra
        If narwhals is not installed.
    TypeError
        If the data are not of narwhals.
    AnaplanError
        As for `anaplan_frames.to_anaplan`.

    Examples
    --------
    >>> to_anaplan(nw.from_native(lazy), "Load flights", model)  # doctest: +SKIP
    """
    library = _narwhals()
    if not isinstance(data, library.DataFrame | library.LazyFrame):
        raise TypeError(
            f"data must be a dataframe of narwhals, not {type(data).__name__}. "
            "anaplan_frames.to_anaplan takes others."
        )
    eager = data.collect() if isinstance(data, library.LazyFrame) else data
    result: WriteResult | WritePlan = write(eager.to_native(), target, model, **options)
    return result


def _narwhals() -> Any:
    try:
        import narwhals
    except ImportError:
        raise MissingExtra("Reading tables with narwhals", "narwhals") from None
    return narwhals
