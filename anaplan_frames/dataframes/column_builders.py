"""Arrow arrays of one column, batch after batch, into one pandas array, without a second copy."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.codec.lenient_parsing import ParseError, to_type
from anaplan_frames.dataframes.dtypes import arrow_for
from anaplan_frames.dataframes.growing_array import Growing
from anaplan_frames.errors import EncodingError


class Builder(Protocol):
    """Takes the batches' arrays of one column in order, then makes the pandas array."""

    def add(self, array: pa.Array) -> None:
        """Take the next array, of the Arrow type that fits the dtype."""

    def finish(self) -> Any:
        """Return the whole column."""


class Column:
    """One column on its way into a frame: brings the arrays to type, names what does not fit."""

    def __init__(self, field: pa.Field, dtype: Any) -> None:
        self._name = field.name
        self._dtype = dtype
        self._type = _type_for(dtype, field.type)
        self._builder = _builder(dtype, self._type)
        self._complete = isinstance(dtype, np.dtype) and dtype.kind in "iub"

    def add(self, array: pa.Array, first_row: int) -> None:
        """Take the next array, which begins at row `first_row` of the data.

        Raises
        ------
        EncodingError
            If a value does not fit the dtype; names column, row and text.
        """
        if array.type != self._type:
            array = self._cast(array, first_row)
        if self._complete and array.null_count:
            row = first_row + pc.index(array.is_null(), pa.scalar(True)).as_py()
            nullable = "boolean" if self._dtype.kind == "b" else "Int64"
            raise EncodingError(
                f"Column {self._name!r}, row {row} is empty, which dtype {self._dtype} cannot "
                f'hold. Use dtype={{{self._name!r}: "{nullable}"}}.',
                column=self._name,
                row=row,
                text="",
            )
        self._builder.add(array)

    def finish(self) -> Any:
        """Return the whole column as a pandas or numpy array."""
        return self._builder.finish()

    def _cast(self, array: pa.Array, first_row: int) -> pa.Array:
        try:
            if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
                return to_type(array, self._type)
            return array.cast(self._type)
        except ParseError as doubt:
            index, text = doubt.index, doubt.text
        except pa.ArrowException:
            index, text = self._first_misfit(array)
        row = first_row + index
        raise EncodingError(
            f"Column {self._name!r}, row {row}: {text!r} does not fit dtype {self._dtype}. "
            f'Read the column as text: dtype={{{self._name!r}: "string"}}.',
            column=self._name,
            row=row,
            text=text,
        )

    def _first_misfit(self, array: pa.Array) -> tuple[int, str]:
        for index, value in enumerate(array):
            try:
                value.cast(self._type)
            except pa.ArrowException:
                return index, str(value.as_py())
        return 0, str(array.type)


class _NumpyBuilder:
    """Numbers and dates; a missing value is NaN or NaT."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self._values = Growing(dtype)

    def add(self, array: pa.Array) -> None:
        self._values.extend(array.to_numpy(zero_copy_only=False))

    def finish(self) -> npt.NDArray[Any]:
        return self._values.finish()


class _MaskedBuilder:
    """pandas' nullable numbers and booleans: values and a mask."""

    def __init__(self, dtype: Any) -> None:
        self._dtype = dtype
        self._values = Growing(dtype.numpy_dtype)
        self._mask = Growing(np.bool_)
        self._nothing = False if dtype.kind == "b" else 0

    def add(self, array: pa.Array) -> None:
        missing = self._mask.room(len(array))
        missing[:] = False
        if array.null_count:
            missing[:] = array.is_null().to_numpy(zero_copy_only=False)
            array = array.fill_null(self._nothing)
        self._values.extend(array.to_numpy(zero_copy_only=False))

    def finish(self) -> Any:
        return self._dtype.construct_array_type()(self._values.finish(), self._mask.finish())


class _TextBuilder:
    """Text, as one Arrow array of all batches: of many small ones each wastes a part of a page."""

    def __init__(self, dtype: Any) -> None:
        self._dtype = dtype
        self._bounds = Growing(np.int64)
        self._bounds.extend(np.zeros(1, np.int64))
        self._characters = Growing(np.uint8)
        self._valid: Growing | None = None  # until something is missing

    def add(self, array: pa.Array) -> None:
        if not len(array):
            return
        if array.null_count or self._valid is not None:
            self._note_missing(array)
        _, bounds, characters = array.buffers()
        ends = np.frombuffer(bounds, np.int32)[array.offset : array.offset + len(array) + 1]
        first, last = int(ends[0]), int(ends[-1])
        np.add(ends[1:], len(self._characters) - first, out=self._bounds.room(len(array)))
        if last > first:
            self._characters.extend(np.frombuffer(characters, np.uint8)[first:last])

    def finish(self) -> Any:
        rows = len(self._bounds) - 1
        bits = None if self._valid is None else _bits(self._valid.finish())
        buffers = [bits, *map(pa.py_buffer, (self._bounds.finish(), self._characters.finish()))]
        whole = pa.Array.from_buffers(pa.large_string(), rows, buffers)
        return self._dtype.__from_arrow__(whole)

    def _note_missing(self, array: pa.Array) -> None:
        if self._valid is None:
            self._valid = Growing(np.bool_)
            self._valid.room(len(self._bounds) - 1)[:] = True
        self._valid.extend(array.is_valid().to_numpy(zero_copy_only=False))


class _ArrowBuilder:
    """Dtypes that hold Arrow memory: the arrays are taken as they are."""

    def __init__(self, dtype: Any, kind: pa.DataType) -> None:
        self._dtype = dtype
        self._kind = kind
        self._arrays: list[pa.Array] = []

    def add(self, array: pa.Array) -> None:
        self._arrays.append(array.cast(self._kind))

    def finish(self) -> Any:
        return self._dtype.__from_arrow__(pa.chunked_array(self._arrays, self._kind))


class _CategoryBuilder:
    """Codes that grow in place, and one dictionary for all batches."""

    def __init__(self, dtype: pd.CategoricalDtype) -> None:
        self._dtype = dtype
        self._codes = Growing(np.int32)
        self._known: dict[Any, int] = {}

    def add(self, array: pa.Array) -> None:
        encoded = array.dictionary_encode()
        values = encoded.dictionary.to_pylist()
        codes = [self._known.setdefault(value, len(self._known)) for value in values]
        indices = encoded.indices.fill_null(len(codes)).to_numpy(zero_copy_only=False)
        self._codes.extend(np.array([*codes, -1], np.int32)[indices])

    def finish(self) -> pd.Categorical:
        found = list(self._known)
        if self._dtype.categories is not None:
            places = self._dtype.categories.get_indexer(pd.Index(found))
            dtype = self._dtype
        else:
            # In order, like those of pandas' own readers.
            ordered = sorted(found)
            by_value = {value: place for place, value in enumerate(ordered)}
            places = np.array([by_value[value] for value in found], np.int64)
            categories = pd.Index(ordered, dtype=None if ordered else object)
            dtype = pd.CategoricalDtype(categories, self._dtype.ordered)
        codes = np.append(places, -1).astype(np.int32)[self._codes.finish()]
        return pd.Categorical.from_codes(codes, dtype=dtype)


class _ObjectBuilder:
    """Python objects; a missing value is NaN, as pandas' own readers have it."""

    def __init__(self) -> None:
        self._parts: list[npt.NDArray[Any]] = []

    def add(self, array: pa.Array) -> None:
        part = array.to_numpy(zero_copy_only=False).astype(object)
        part[array.is_null().to_numpy(zero_copy_only=False)] = np.nan
        self._parts.append(part)

    def finish(self) -> Any:
        values = np.concatenate(self._parts) if self._parts else np.empty(0, object)
        # As an Index, because pandas 3 would make its own string of a plain array of texts.
        return pd.Index(values, dtype=object)


class _OtherBuilder:
    """Any other dtype: pandas converts the whole column at the end."""

    def __init__(self, dtype: Any) -> None:
        self._dtype = dtype
        self._arrays: list[pa.Array] = []

    def add(self, array: pa.Array) -> None:
        self._arrays.append(array)

    def finish(self) -> Any:
        if not self._arrays:
            return pd.array([], dtype=self._dtype)
        return pa.chunked_array(self._arrays).to_pandas().astype(self._dtype).array


def _type_for(dtype: Any, given: pa.DataType) -> pa.DataType:
    """Return the Arrow type that the builder of the dtype takes."""
    if isinstance(dtype, np.dtype) and dtype.kind == "M":
        return pa.timestamp(np.datetime_data(dtype)[0])
    return arrow_for(dtype, given)


def _builder(dtype: Any, kind: pa.DataType) -> Builder:
    if isinstance(dtype, pd.CategoricalDtype):
        return _CategoryBuilder(dtype)
    if isinstance(dtype, pd.ArrowDtype):
        return _ArrowBuilder(dtype, dtype.pyarrow_dtype)
    if isinstance(dtype, pd.StringDtype):
        return _TextBuilder(dtype)
    if isinstance(dtype, pd.BooleanDtype) or hasattr(dtype, "numpy_dtype"):
        return _MaskedBuilder(dtype)
    if isinstance(dtype, np.dtype) and dtype.kind in "iufbM":
        return _NumpyBuilder(dtype)
    if dtype == np.dtype(object):
        return _ObjectBuilder()
    return _OtherBuilder(dtype)


def _bits(flags: npt.NDArray[np.bool_]) -> pa.Buffer:
    """Return flags as Arrow has them, a bit each."""
    return pa.py_buffer(np.packbits(flags, bitorder="little"))
