"""By which property a numbered list shows its items; the API shows only the names that result."""

from __future__ import annotations

from collections.abc import Iterator

from pyarrow import parquet

from anaplan_frames.sandbox.clones.clone_report import CloneReport
from anaplan_frames.sandbox.clones.mapping_file import Mappings
from anaplan_frames.sandbox.clones.opened_snapshot import OpenedSnapshot
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definition_parsing import check_display_name
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition


def set_display_names(
    model: Model, snapshot: OpenedSnapshot, mappings: Mappings, report: CloneReport
) -> None:
    """Have numbered lists show their items as filled in, or as the cells of modules show them."""
    for lst in model.lists.values():
        if not lst.numbered:
            continue
        filled_in = mappings.display_name(lst.id)
        if filled_in is None:
            _guess(lst, snapshot, mappings, report)
            continue
        try:
            check_display_name(lst.name, filled_in or None, lst.properties, numbered=True)
        except ValueError as error:
            report.add("display name", lst.id, lst.name, "to fill in", str(error))
        else:
            lst.display_name = filled_in or None


def _guess(
    lst: ListDefinition, snapshot: OpenedSnapshot, mappings: Mappings, report: CloneReport
) -> None:
    """Look for the only property that has all names which modules show."""
    own = _values(snapshot, f"lists/{lst.id}", "name")
    shown = {name for module in _modules(snapshot) for name in _values(snapshot, module, lst.id)}
    if not own or shown <= own:
        return
    fitting = [
        name
        for name, form in lst.properties.items()
        if form.type == "TEXT"
        and shown <= own | _values(snapshot, f"lists/{lst.id}", f"properties.{name}")
    ]
    if len(fitting) == 1:
        lst.display_name = fitting[0]
        why = f"Modules show its items by the property {fitting[0]!r}."
        report.add("display name", lst.id, lst.name, "assumed", why)
        return
    mappings.suggest_display_name(lst.id)
    why = "Modules show its items by other names: which property has them is not shown by the API."
    report.add("display name", lst.id, lst.name, "to fill in", why)


def _modules(snapshot: OpenedSnapshot) -> Iterator[str]:
    return (f"cells/{record['id']}" for record in snapshot.records("modules"))


def _values(snapshot: OpenedSnapshot, piece: str, column: str) -> set[str]:
    """Return the distinct texts of a column; none if there is no such table or column."""
    path = snapshot.table(piece)
    if path is None or column not in parquet.read_schema(path).names:
        return set()
    values = parquet.read_table(path, columns=[column]).column(0)
    return set(values.unique().to_pylist()) - {None, ""}
