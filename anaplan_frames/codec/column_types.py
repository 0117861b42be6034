"""What Anaplan's metadata says of an export's columns, as an Arrow schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

# A date is a day in Anaplan: no time of day, no zone.
_ARROW_TYPES = {"NUMBER": pa.float64(), "BOOLEAN": pa.bool_(), "DATE": pa.date32()}

_PERIODS = {"TIME ENTITY", "TIME PERIOD"}


def arrow_type(data_type: str | None) -> pa.DataType:
    """Return the Arrow type for one of Anaplan's data types.

    Parameters
    ----------
    data_type : str or None
        A word of ``exportMetadata.dataTypes``, such as ``"NUMBER"`` or ``"TIME_ENTITY"``.

    Returns
    -------
    pyarrow.DataType
        ``float64`` for ``NUMBER``, ``bool`` for ``BOOLEAN``, ``date32`` for ``DATE``; ``string``
        for everything else (list items, periods, text, ``MIXED`` and words not known here),
        because only text keeps a code such as ``00123`` as it is.
    """
    return _ARROW_TYPES.get(str(data_type or "").strip().upper(), pa.string())


def export_schema(metadata: Mapping[str, Any]) -> pa.Schema:
    """Return the columns of an export.

    Parameters
    ----------
    metadata : mapping
        ``exportMetadata``. Its ``dataTypes`` may be shorter than its ``headerNames``: the columns
        beyond are text (the service has been seen to describe only the first ones).

    Returns
    -------
    pyarrow.Schema
        One field per header name; the names are those of `unique_names`. Empty if the metadata
        has no header names: the file's own header then gives them.
    """
    names = unique_names(header or "" for header in metadata.get("headerNames") or ())
    data_types = list(metadata.get("dataTypes") or ())[: len(names)]
    data_types += [None] * (len(names) - len(data_types))
    return pa.schema(
        [pa.field(name, arrow_type(kind)) for name, kind in zip(names, data_types, strict=True)]
    )


def period_columns(schema: pa.Schema, metadata: Mapping[str, Any]) -> list[str]:
    """Return the names of those columns of an export's `export_schema` that hold periods."""
    kinds = metadata.get("dataTypes") or ()
    return [name for name, kind in zip(schema.names, kinds, strict=False) if is_period(kind)]


def is_period(data_type: object) -> bool:
    """Whether one of Anaplan's data types or formats is that of periods.

    Formats have been seen as ``TIME PERIOD`` and as ``TIME_PERIOD``.
    """
    return str(data_type or "").strip().upper().replace("_", " ") in _PERIODS


def unique_names(headers: Iterable[str | None]) -> list[str]:
    """Return a name of its own for each header, in order.

    An empty header becomes ``"Column 3"`` (its position counted from 1, as Anaplan itself calls
    it), a repeated one ``"Amount.1"``, ``"Amount.2"`` (as pandas does).
    """
    given = [
        header if header and header.strip() else f"Column {position}"
        for position, header in enumerate(headers, start=1)
    ]
    taken = set(given)
    seen: dict[str, int] = {}
    names = []
    for header in given:
        name = header
        if header in seen:
            count = seen[header]
            while (name := f"{header}.{count}") in taken:
                count += 1
            seen[header] = count + 1
            taken.add(name)
        else:
            seen[header] = 1
        names.append(name)
    return names
