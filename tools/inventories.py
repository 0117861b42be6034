"""Write the inventories that the site links to other libraries by: ``python tools/inventories.py``.

The whole ones have 10,000 names and change every month. These have what the docstrings name, so
that a build needs no network and is the same every time.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "docs" / "_inventories"

_BUILT_IN = "bool bytes dict float frozenset int list object set str tuple"
_EXCEPTIONS = (
    "BaseException Exception ImportError KeyError KeyboardInterrupt OSError RuntimeError "
    "TimeoutError TypeError UserWarning ValueError"
)
_LIBRARY = {
    "collections.abc.Callable": "collections.abc",
    "collections.abc.Iterable": "collections.abc",
    "collections.abc.Iterator": "collections.abc",
    "collections.abc.Mapping": "collections.abc",
    "collections.abc.Sequence": "collections.abc",
    "contextlib.AbstractContextManager": "contextlib",
    "datetime.date": "datetime",
    "datetime.datetime": "datetime",
    "datetime.timedelta": "datetime",
    "os.PathLike": "os",
    "pathlib.Path": "pathlib",
}
_PANDAS = {
    "class": "DataFrame DatetimeIndex Index MultiIndex Period Series StringDtype Timestamp",
    "function": "concat isna merge read_csv read_excel read_parquet to_datetime",
    "method": "DataFrame.compare DataFrame.merge DataFrame.pivot DataFrame.to_csv",
}
_ARROW = {"class": "Array ChunkedArray DataType RecordBatch RecordBatchReader Schema Table"}

Row = tuple[str, str, str]  # name, role, address


def python_names() -> Iterable[Row]:
    """Yield what is named of Python."""
    for name in _BUILT_IN.split():
        page = "functions" if name in ("bool", "float", "int", "object") else "stdtypes"
        yield name, "class", f"library/{page}.html#{name}"
    for name in _EXCEPTIONS.split():
        yield name, "exception", f"library/exceptions.html#{name}"
    for name, page in _LIBRARY.items():
        yield name, "class", f"library/{page}.html#{name}"


def named(project: str, folder: str, names: dict[str, str]) -> Iterable[Row]:
    """Yield names that have a page each."""
    for role, group in names.items():
        for name in group.split():
            full = f"{project}.{name}"
            yield full, role, f"{folder}/{full}.html#{full}"


def write(project: str, rows: Iterable[Row]) -> None:
    """Write an inventory in the format that Sphinx reads."""
    head = (
        "# Sphinx inventory version 2\n"
        f"# Project: {project}\n"
        "# Version: \n"
        "# The remainder of this file is compressed using zlib.\n"
    )
    lines = [f"{name} py:{role} 1 {address} -\n" for name, role, address in sorted(rows)]
    content = zlib.compress("".join(lines).encode(), 9)
    (FOLDER / f"{project}.inv").write_bytes(head.encode() + content)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    write("python", python_names())
    write("pandas", named("pandas", "reference/api", _PANDAS))
    write("pyarrow", named("pyarrow", "python/generated", _ARROW))
