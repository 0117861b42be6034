"""`snapshot`: what a model holds, in a folder that a sandbox serves as a clone."""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import pandas as pd

from anaplan_frames.connection import connect
from anaplan_frames.model import Model
from anaplan_frames.model_structure.snapshot_folder import SnapshotFolder, open_folder
from anaplan_frames.model_structure.structure_pieces import write_structure
from anaplan_frames.progress import Progress
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.snapshots.table_pieces import write_cells, write_items
from anaplan_frames.snapshots.view_pieces import write_view_items

_log = logging.getLogger("anaplan_frames")
Include: TypeAlias = Literal["structure", "lists", "all"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What `snapshot` wrote.

    Attributes
    ----------
    folder : Path
        From which ``Sandbox.open`` serves a clone.
    model, model_id : str
        The name and id of the model.
    include : {"structure", "lists", "all"}
        How much of the model it holds.
    requests : int
        How many requests it took, those of runs that were ended included, if they could still say.
    seconds : float
        From the beginning of the first run to the end of the last.
    not_read : DataFrame
        ``piece`` and ``why`` (text): what Anaplan does not show to this user.
    """

    folder: Path
    model: str
    model_id: str
    include: Include
    requests: int
    seconds: float
    not_read: pd.DataFrame = field(compare=False, repr=False)


def snapshot(
    model: Model | str,
    folder: str | os.PathLike[str],
    *,
    include: Include = "structure",
    modules: str | Sequence[str] | None = None,
    progress: bool | None = None,
) -> Snapshot:
    """Write what a model holds to a folder, from which a sandbox serves a clone.

    Only reads are sent, within the connection's limit of requests. If the run is ended, run it
    again: it goes on with what is missing, if that is within 24 hours. A finished snapshot is
    replaced by a new one when that is complete. The folder holds no credentials, and only your user
    can look into it.

    Parameters
    ----------
    model : Model or str
        A name, id or URL means a model of the connection that the environment, the profile or the
        stored login describe.
    folder : path
        New, empty, or that of an earlier snapshot of the model.
    include : {"structure", "lists", "all"}
        ``"structure"``: what is defined in the model; ``"lists"``: also the items of all lists,
        and which of them saved views show; ``"all"``: also the cells of modules.
    modules : str or sequence of str, optional
        Names or ids of the only modules to keep, with their line items, views and cells.
    progress : bool, optional
        True shows a bar at once, False never; by default it appears in a terminal or notebook when
        the work takes longer than a moment.

    Returns
    -------
    Snapshot

    Raises
    ------
    ConfigurationError
        If the folder holds something else, or another process writes to it.
    NotFound
        If there is no such model or module.
    TransferError
        If something did not arrive whole. Run it again: it goes on.

    Examples
    --------
    >>> af.snapshot(model, "rehearsal", include="lists")  # doctest: +SKIP
    """
    if include not in get_args(Include):
        raise ValueError(f"include must be 'structure', 'lists' or 'all', not {include!r}")
    if not isinstance(model, Model | str):
        raise TypeError(
            f"model must be a model, its name, its id or its URL, not {type(model).__name__}: "
            "snapshot(model, 'rehearsal')."
        )
    if isinstance(folder, Model):
        raise TypeError("The model comes first, and then the folder: snapshot(model, 'rehearsal').")
    with ExitStack() as stack:
        if isinstance(model, str):
            model = stack.enter_context(connect()).model(model)
        chosen = [modules] if isinstance(modules, str) else modules
        only = None if chosen is None else frozenset(model.modules[each].id for each in chosen)
        return _written(model, Path(folder), include, only, progress=progress)


def _written(
    model: Model,
    folder: Path,
    include: Include,
    modules: frozenset[str] | None,
    *,
    progress: bool | None,
) -> Snapshot:
    asked = {
        "model": model.id,
        "name": model.name,
        "workspace": {"id": model.workspace_id, "name": model.workspace},
        "include": include,
        "modules": None if modules is None else sorted(modules),
    }
    with open_folder(folder, asked, _now()) as opened:
        bar = Progress(f"Reading {model.catalogue.label}", unit="B", show=progress)
        with bar:
            _write_pieces(opened, model.catalogue, include, modules, bar)
        opened.finish(_now())
        made = _snapshot_of(opened, include)
    _log.info(
        "Snapshot of %s: %d requests, %.1f seconds, in %s",
        model.catalogue.label,
        made.requests,
        made.seconds,
        folder,
    )
    return made


def _write_pieces(
    folder: SnapshotFolder,
    catalogue: Catalogue,
    include: Include,
    modules: frozenset[str] | None,
    bar: Progress,
) -> None:
    """Write what is missing, and count the requests whatever ends it."""
    before = catalogue.transport.request_count
    try:
        write_structure(folder, catalogue, modules, bar)
        if include != "structure":
            write_items(folder, catalogue, bar)
            write_view_items(folder, catalogue, modules, bar)
        if include == "all":
            write_cells(folder, catalogue, modules, bar)
    finally:
        folder.count_requests(catalogue.transport.request_count - before)


def _snapshot_of(folder: SnapshotFolder, include: Include) -> Snapshot:
    manifest: dict[str, Any] = folder.manifest
    began, ended = (dt.datetime.fromisoformat(manifest[key]) for key in ("started", "finished"))
    return Snapshot(
        folder.path,
        str(manifest["name"]),
        str(manifest["model"]),
        include,
        int(manifest["requests"]),
        (ended - began).total_seconds(),
        pd.DataFrame(list(folder.notes()), columns=["piece", "why"], dtype="string"),
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
