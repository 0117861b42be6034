"""A tenant gets the model of a snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from anaplan_frames.sandbox.clones.clone_report import CloneReport
from anaplan_frames.sandbox.clones.cloned_actions import ActionCloner
from anaplan_frames.sandbox.clones.cloned_cells import load_cells
from anaplan_frames.sandbox.clones.cloned_lists import build_lists
from anaplan_frames.sandbox.clones.cloned_modules import build_modules
from anaplan_frames.sandbox.clones.cloned_time import (
    calendar_of,
    current_period_of,
    period_ids,
    versions_of,
)
from anaplan_frames.sandbox.clones.display_names import set_display_names
from anaplan_frames.sandbox.clones.mapping_file import Mappings
from anaplan_frames.sandbox.clones.opened_snapshot import MAPPINGS, OpenedSnapshot
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.store import settings_table
from anaplan_frames.sandbox.tenant.tenant_state import Tenant

_LOADED = "snapshot"  # the setting of a model whose data were loaded


def build_clone(tenant: Tenant, snapshot: OpenedSnapshot) -> CloneReport:
    """Build the workspace and model of a snapshot, with their ids; return what is not in it.

    Raises
    ------
    ValueError
        If the snapshot or its `mappings.toml` is damaged, or the tenant has such a model.
    """
    manifest = snapshot.manifest
    report = CloneReport(str(manifest["name"]))
    mappings = Mappings(snapshot.folder, str(manifest["name"]))
    workspace = tenant.workspace(manifest["workspace"]["name"], manifest["workspace"]["id"])
    versions = versions_of(snapshot)
    if not versions:
        report.add("versions", "", "Versions", "not copied", snapshot.why_missing("versions"))
    model = workspace.model(
        str(manifest["name"]),
        str(manifest["model"]),
        calendar=calendar_of(snapshot, report),
        versions=versions or ("Actual", "Forecast"),
        period_ids=period_ids(snapshot),
    )
    day = current_period_of(snapshot)
    if day is not None and model.calendar.at(day) is not None:
        model.timing.set_current_period(day)
    loads = not _was_loaded(model)
    build_lists(model, snapshot, mappings, report, loads=loads)
    set_display_names(model, snapshot, mappings, report)
    build_modules(model, snapshot, report)
    if loads:
        load_cells(model, snapshot, report)
        with model.store.transaction() as con:
            settings_table.write(con, _LOADED, str(manifest.get("finished") or "yes"))
    ActionCloner(model, snapshot, mappings, report).build()
    for kind in ("lists", "views"):  # were made in another order than they are listed in
        _reorder(getattr(model, kind), snapshot.records(kind))
    if not mappings.save():
        report.add("file", "", MAPPINGS, "not copied", "The folder cannot be written to.")
    return report


def _was_loaded(model: Model) -> bool:
    """Return whether a data folder holds the model's data already, perhaps changed since."""
    with model.store.transaction() as con:
        return _LOADED in settings_table.read(con)


def _reorder(definitions: dict[str, Any], records: Iterable[Mapping[str, Any]]) -> None:
    """Put definitions in the order of their records."""
    places = {str(record["id"]): place for place, record in enumerate(records)}
    in_order = sorted(definitions.items(), key=lambda pair: places.get(pair[0], len(places)))
    definitions.clear()
    definitions.update(in_order)
