"""What every kind of table can be asked for, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import pyarrow as pa
from pandas.api.extensions import no_default

from anaplan_frames.dataframes.dtypes import frame_schema
from anaplan_frames.dataframes.frame_output import index_positions
from anaplan_frames.deadline import check_timeout
from anaplan_frames.resources.where import Asked, Where, asked_values

Backend: TypeAlias = Literal["numpy_nullable", "pyarrow"]
_BACKENDS = ("numpy_nullable", "pyarrow")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """The options of one read; `anaplan_frames.read_anaplan` says what they mean.

    Raises
    ------
    TypeError, ValueError
        If one of them cannot be right.
    """

    columns: Sequence[str] | None = None
    where: Where | None = None
    nrows: int | None = None
    dtype: Any = None
    dtype_backend: Any = no_default
    index_col: str | Sequence[str] | None = None
    chunksize: int | None = None
    timeout: float | None = None
    progress: bool | None = None
    asked: Asked = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "asked", asked_values(self.where))
        _check_count("nrows", self.nrows, least=0)
        _check_count("chunksize", self.chunksize, least=1)
        check_timeout(self.timeout)
        if self.dtype_backend is not no_default and self.dtype_backend not in _BACKENDS:
            raise ValueError(
                f"dtype_backend {self.dtype_backend!r} is invalid, only 'numpy_nullable' and "
                "'pyarrow' are allowed"
            )

    def check_columns(self, schema: pa.Schema) -> None:
        """Refuse `dtype` and `index_col` of columns that are not there, before anything is run.

        Raises
        ------
        ColumnMismatch, NotFound
            Name the column and near names.
        """
        frame_schema(schema, self.dtype, self.dtype_backend)
        index_positions(schema.names if self.names is None else self.names, self.index_col)

    @property
    def names(self) -> list[str] | None:
        """The columns that are asked for, each once; None if all are."""
        if self.columns is None:
            return None
        asked = [self.columns] if isinstance(self.columns, str) else self.columns
        return list(dict.fromkeys(asked))


def _check_count(name: str, given: Any, *, least: int) -> None:
    if given is None:
        return
    whole = hasattr(given, "__index__") or (isinstance(given, float) and given.is_integer())
    if isinstance(given, bool) or not whole or given < least:
        raise ValueError(f"{name} must be a whole number of rows from {least}, not {given!r}")
