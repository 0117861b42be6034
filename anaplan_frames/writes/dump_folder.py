"""The folder that `dump=` names: rejected rows as CSV, and failure dumps as Anaplan has them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pandas as pd

from anaplan_frames.results import WriteResult

_REJECTED = "rejected.csv"
_DUMPS = "failure_dump_{}.csv"


class DumpFolder:
    """Where rejected rows are kept; what an earlier run has left of them is removed.

    Parameters
    ----------
    path : str or path
        It is made if it is not there.

    Raises
    ------
    TypeError
        If it is not a path.
    OSError
        If it cannot be made, or is not a folder.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        check_dump(path)
        self.path: Path = Path(path).expanduser()
        self.problem: str = ""
        """Why something could not be written, as a sentence; empty if all was."""
        self.path.mkdir(parents=True, exist_ok=True)
        for old in (self.path / _REJECTED, *self.path.glob(_DUMPS.format("*"))):
            old.unlink(missing_ok=True)

    def keep_dump(self, import_id: str, content: bytes) -> None:
        """Write a failure dump, as it is, to ``failure_dump_<id of the import>.csv``."""
        try:
            (self.path / _DUMPS.format(import_id)).write_bytes(content)
        except OSError as error:
            self._complain(error)

    def keep_rejected(self, rejected: pd.DataFrame) -> None:
        """Write rejected rows, if there are any, with their index; one without a name is "row"."""
        if rejected.empty:
            return
        names = ["row" if name is None else name for name in rejected.index.names]
        try:
            rejected.to_csv(self.path / _REJECTED, index_label=names)
        except OSError as error:
            self._complain(error)

    def _complain(self, error: OSError) -> None:
        self.problem = f"The rejected rows could not be written to {self.path}: {error}."


def check_dump(dump: object) -> None:
    """Refuse what cannot be a folder, before anything is sent; None stands for no folder."""
    if dump is not None and not isinstance(dump, str | os.PathLike):
        raise TypeError(f"dump must be the path of a folder, not {type(dump).__name__}")


def open_dump(dump: str | os.PathLike[str] | None) -> DumpFolder | None:
    """Make the folder that is asked for, if one is."""
    check_dump(dump)
    return None if dump is None else DumpFolder(dump)


def kept(result: WriteResult, folder: DumpFolder | None) -> WriteResult:
    """Write the rejected rows of a result to a folder, and name it in the result."""
    if folder is None:
        return result
    folder.keep_rejected(result.rejected)
    note = " ".join(filter(None, [result.note, folder.problem]))
    return replace(result, dump=str(folder.path), note=note)
