"""The modules of a snapshot and their views, as far as the sandbox has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from anaplan_frames.sandbox.clones.clone_report import CloneReport
from anaplan_frames.sandbox.clones.module_cloner import (
    ModuleCloner,
    Record,
    build_line_item_subsets,
    cloned_dimension,
)
from anaplan_frames.sandbox.clones.opened_snapshot import OpenedSnapshot
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import (
    LINE_ITEMS,
    Dimension,
    ViewDefinition,
)


def build_modules(model: Model, snapshot: OpenedSnapshot, report: CloneReport) -> None:
    """Make all modules and their views."""
    of_module: dict[str, list[Record]] = {}
    for record in snapshot.records("line_items", "items"):
        of_module.setdefault(str(record["moduleId"]), []).append(record)
    names = {str(one["id"]): str(one["name"]) for one in snapshot.records("modules")}
    only = snapshot.manifest.get("modules")
    later = []
    for id_, name in names.items():
        if only is not None and id_ not in only:
            continue
        if id_ not in of_module:
            report.add("module", id_, name, "not copied", "It has no line items that are shown.")
            continue
        module = ModuleCloner(model, snapshot, report, id_, name)
        if module.needs_line_item_subsets(of_module[id_]):
            later.append((module, of_module[id_]))
        else:
            module.build(of_module[id_])
    build_line_item_subsets(model, snapshot, report)
    for module, records in later:
        module.build(records)
    reordered = {id_: model.modules[id_] for id_ in names if id_ in model.modules}
    model.modules.clear()
    model.modules.update(reordered)
    _build_views(model, snapshot, report)


def _build_views(model: Model, snapshot: OpenedSnapshot, report: CloneReport) -> None:
    for record in snapshot.records("views"):
        id_, module = str(record["id"]), model.modules.get(str(record.get("moduleId")))
        if module is None:  # which the report says already
            continue
        shown = snapshot.json(f"views/{id_}")
        name = str(shown.get("viewName") or record["name"])
        if not shown:
            report.add("view", id_, name, "not copied", snapshot.why_missing(f"views/{id_}"))
            continue
        try:
            rows, columns, pages = (
                _axis(model, shown.get(axis) or ()) for axis in ("rows", "columns", "pages")
            )
            if id_ == module.id:
                model.views[id_] = _own_view(model.views[id_], rows, columns, pages)
                continue
            shown_items = _shown_items(snapshot, id_, (*rows, *columns, *pages))
            model.view(module, name, rows, columns, pages, id=id_, show=shown_items)
            _report_view(snapshot, report, id_, name, shown_items)
        except ValueError as error:
            report.add("view", id_, name, "not copied", str(error))
    for id_, view in model.subsidiary_views.items():
        shown = snapshot.json(f"views/{id_}")
        if not shown:
            continue
        try:
            axes = [_axis(model, shown.get(axis) or ()) for axis in ("rows", "columns", "pages")]
            model.subsidiary_views[id_] = _own_view(view, *axes)
        except ValueError as error:
            report.add("view", id_, view.name, "not copied", str(error))


def _own_view(view: ViewDefinition, *axes: tuple[Dimension, ...]) -> ViewDefinition:
    """Return the default view of a module, or the view of a line item, with these axes."""
    every = (*view.module.dimensions, LINE_ITEMS)
    if sorted(one.id for axis in axes for one in axis) != sorted(one.id for one in every):
        raise ValueError("Its dimensions are not those of most of its line items.")
    rows, columns, pages = (tuple(every[every.index(one)] for one in axis) for axis in axes)
    return ViewDefinition(view.id, view.name, view.module, rows, columns, pages)


def _shown_items(
    snapshot: OpenedSnapshot, id_: str, dimensions: Iterable[Dimension]
) -> dict[str, list[str]]:
    """Return the names of the items that a view shows, of dimensions of which not all are."""
    found = snapshot.json(f"view_items/{id_}").get("dimensions") or {}
    return {
        each.name: [str(item.get("name") or item.get("code")) for item in found[each.id]]
        for each in dimensions
        if each.id in found
    }


def _report_view(
    snapshot: OpenedSnapshot,
    report: CloneReport,
    id_: str,
    name: str,
    shown: Mapping[str, Sequence[str]],
) -> None:
    """Say what is not known of a view."""
    if shown:
        parts = " and ".join(shown)
        why = (
            f"It shows only some items of {parts}. The API does not show by which choice or filter:"
            " the clone shows these items, in all combinations."
        )
        report.add("view", id_, name, "assumed", why)
    elif why := snapshot.noted(f"view_items/{id_}"):
        report.add("view", id_, name, "not copied", f"Which items it shows: {why}")


def _axis(model: Model, dimensions: Iterable[Record]) -> tuple[Dimension, ...]:
    return tuple(cloned_dimension(model, one) for one in dimensions)
