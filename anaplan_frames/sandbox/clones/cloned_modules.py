"""The modules of a snapshot: dimensions, line items and views, as far as the sandbox has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from anaplan_frames.sandbox.clones.clone_report import CloneReport
from anaplan_frames.sandbox.clones.opened_snapshot import OpenedSnapshot
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definition_parsing import SUMMARIES
from anaplan_frames.sandbox.planning.schema.definitions import (
    LINE_ITEMS,
    TIME,
    VERSIONS,
    Dimension,
    GivenValues,
    ModuleDefinition,
    ViewDefinition,
)
from anaplan_frames.sandbox.planning.schema.formulas import names_in

Record: TypeAlias = Mapping[str, Any]
_FIXED = {dimension.id: dimension for dimension in (TIME, VERSIONS, LINE_ITEMS)}
_PLAIN = {"NUMBER", "BOOLEAN", "TEXT", "DATE"}
_TIME_FORMATS = {"TIME PERIOD", "TIME_PERIOD", "TIME_ENTITY"}
_NOT_APPLICABLE = "Not Applicable"


def build_modules(model: Model, snapshot: OpenedSnapshot, report: CloneReport) -> None:
    """Make all modules and their views."""
    of_module: dict[str, list[Record]] = {}
    for record in snapshot.records("line_items", "items"):
        of_module.setdefault(str(record["moduleId"]), []).append(record)
    names = {str(one["id"]): str(one["name"]) for one in snapshot.records("modules")}
    only = snapshot.manifest.get("modules")
    for id_, name in names.items():
        if only is not None and id_ not in only:
            continue
        if id_ not in of_module:
            report.add("module", id_, name, "not copied", "It has no line items that are shown.")
            continue
        _Module(model, snapshot, report, id_, name).build(of_module[id_])
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
            if id_ != module.id:
                shown_items = _shown_items(snapshot, id_, (*rows, *columns, *pages))
                model.view(module, name, rows, columns, pages, id=id_, show=shown_items)
                _report_view(snapshot, report, id_, name, shown_items)
                continue
            every = (*rows, *columns, *pages)
            if set(every) != {*module.dimensions, LINE_ITEMS}:
                raise ValueError("Its dimensions are not those of most of its line items.")
            model.views[id_] = ViewDefinition(id_, module.name, module, rows, columns, pages)
        except ValueError as error:
            report.add("view", id_, name, "not copied", str(error))


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
    return tuple(_dimension(model, one) for one in dimensions)


def _dimension(model: Model, record: Record) -> Dimension:
    """Return the dimension with this id; ValueError if the sandbox does not have it."""
    id_ = str(record["id"])
    lst = model.lists.get(id_)
    if lst is not None:
        return Dimension(lst.id, lst.name, "list", lst)
    if id_ not in _FIXED:
        raise ValueError(f"The sandbox does not have {record.get('name')!r} ({id_}) as dimension.")
    return _FIXED[id_]


class _Module:
    """One module that is being made."""

    def __init__(
        self, model: Model, snapshot: OpenedSnapshot, report: CloneReport, id_: str, name: str
    ) -> None:
        self._model = model
        self._snapshot = snapshot
        self._report = report
        self._id = id_
        self._name = name
        self._dimensions: Mapping[str, list[Record]] = snapshot.json(f"modules/{id_}").get(
            "dimensions", {}
        )

    def build(self, records: Sequence[Record]) -> None:
        """Make the module with the line items that most of them share their dimensions with."""
        fitting = [record for record in records if self._is_copied(record)]
        shapes = Counter(_shape(record) for record in fitting)
        for shape, _ in shapes.most_common():
            same = [record for record in fitting if _shape(record) == shape]
            dimensions = self._dimensions_of(same)
            if dimensions is not None:
                break
        else:
            why = "None of its line items has only dimensions that the sandbox has."
            self._report.add("module", self._id, self._name, "not copied", why)
            return
        for record in fitting:
            if _shape(record) != shape:
                why = "It has other dimensions than most line items of its module."
                self._leave_out(record, why)
        self._make(dimensions, same)

    def _is_copied(self, record: Record) -> bool:
        """Return whether the sandbox has such a line item; if not, say so in the report."""
        why = ""
        scale, time_range = record.get("timeScale"), record.get("timeRange")
        version, format_ = _name(record.get("version")), _format_word(record)
        if format_ in ("", "NONE"):
            why = "It is a heading, which the sandbox does not have."
        elif format_ not in (*_PLAIN, *_TIME_FORMATS) and _list_id(record) not in self._model.lists:
            why = f"The sandbox does not have its format {format_} of {_list_id(record) or '?'}."
        elif scale not in (None, "", _NOT_APPLICABLE, self._model.calendar.leaf.capitalize()):
            why = f"The sandbox does not have the time scale {scale!r} in this calendar."
        elif time_range not in (None, "", _NOT_APPLICABLE, "Model Calendar"):
            why = f"The sandbox does not have the time range {time_range!r}."
        elif version not in (None, "", _NOT_APPLICABLE, "All"):
            why = f"The sandbox does not have line items of the version {version!r} only."
        if why:
            self._leave_out(record, why)
        return not why

    def _dimensions_of(self, records: Sequence[Record]) -> list[Dimension] | None:
        """Return the dimensions in their order; None if the sandbox does not have one."""
        ids = (str(one["id"]) for one in records)
        shown = next((self._dimensions[id_] for id_ in ids if id_ in self._dimensions), None)
        if shown is None:
            record = records[0]
            shown = [*(record.get("appliesTo") or ())]
            shown += [{"id": TIME.id}] if _applies(record.get("timeScale")) else []
            shown += [{"id": VERSIONS.id}] if _applies(record.get("version")) else []
        try:
            found = [_dimension(self._model, one) for one in shown]
        except ValueError:
            return None
        return [dimension for dimension in found if dimension != LINE_ITEMS]

    def _make(self, dimensions: Sequence[Dimension], records: Sequence[Record]) -> None:
        given = {str(one["id"]): self._given(one, records) for one in records}
        for calculated in (True, False):
            items = {
                str(one["name"]): self._line_item(
                    one, records, given[str(one["id"])] if calculated else "all"
                )
                for one in records
            }
            try:
                self._model.module(self._name, self._id, dimensions, items)
            except ValueError as error:  # such as formulas that refer to themselves
                why = str(error)
                self._release(records)
            else:
                break
        else:
            self._report.add("module", self._id, self._name, "not copied", why)
            return
        self._note_given(self._model.modules[self._id])

    def _release(self, records: Sequence[Record]) -> None:
        for id_ in (self._id, *(str(one["id"]) for one in records)):
            self._model.release_id(id_)

    def _note_given(self, module: ModuleDefinition) -> None:
        words = {"all": "Its formula", "totals": "Its summary method"}
        for item in module.line_items:
            if item.given != "none":
                beyond = item.formula if item.given == "all" else item.summary
                values = "its values" if item.given == "all" else "its totals"
                what = (
                    "stay as they are in the snapshot."
                    if self._snapshot.include == "all"
                    else 'are blank: take a snapshot with include="all".'
                )
                why = f"{words[item.given]} {beyond!r} is beyond the sandbox: {values} {what}"
                label = f"{module.name}.{item.name}"
                self._report.add("line item", item.id, label, "values as given", why)

    def _given(self, record: Record, records: Sequence[Record]) -> GivenValues:
        """Return which values of a line item the sandbox does not calculate."""
        formula, summary = record.get("formula"), str(record.get("summary") or "None")
        is_number = _format_word(record) == "NUMBER"
        if formula and not (is_number and _is_known(str(formula), records)):
            return "all"
        known = summary in SUMMARIES and (summary == "None" or is_number)
        if not known or (summary == "Formula" and not formula):
            return "totals"
        return "none"

    def _line_item(
        self, record: Record, records: Sequence[Record], given: GivenValues
    ) -> dict[str, Any]:
        """Return a line item as the builder takes it."""
        names = {str(one["name"]) for one in records}
        of = self._model.lists.get(_list_id(record))
        options: dict[str, Any] = {
            "id": str(record["id"]),
            "given": given,
            **({"list": of} if of else {"format": _builder_format(record)}),
            "summary": record.get("summary") or None,
            "data_tags": {str(tag["name"]): str(tag["id"]) for tag in record.get("dataTags") or ()},
        }
        for key in ("formula", "code", "notes", "style"):
            if record.get(key):
                options[key] = record[key]
        others = {
            "parent": "parent",
            "readAccessDriver": "read_access_driver",
            "writeAccessDriver": "write_access_driver",
        }
        for key, option in others.items():
            if (name := _name(record.get(key))) in names:
                options[option] = name
        return options

    def _leave_out(self, record: Record, why: str) -> None:
        label = f"{self._name}.{record['name']}"
        self._report.add("line item", str(record["id"]), label, "not copied", why)


def _shape(record: Record) -> tuple[object, ...]:
    """Return what decides the dimensions of a line item."""
    lists = tuple(str(one["id"]) for one in record.get("appliesTo") or ())
    return lists, _applies(record.get("timeScale")), _applies(record.get("version"))


def _applies(setting: Any) -> bool:
    return _name(setting) not in (None, "", _NOT_APPLICABLE)


def _name(setting: Any) -> str | None:
    found = setting.get("name") if isinstance(setting, Mapping) else setting
    return None if found is None else str(found)


def _format_word(record: Record) -> str:
    return str(record.get("format") or "").strip().upper()


def _builder_format(record: Record) -> str:
    word = _format_word(record)
    return "TIME PERIOD" if word in _TIME_FORMATS else word


def _list_id(record: Record) -> str:
    """Return the id of the list whose items a line item has as values; else empty."""
    if _format_word(record) not in ("LIST", "ENTITY"):
        return ""
    return str((record.get("formatMetadata") or {}).get("hierarchyEntityLongId") or "")


def _is_known(formula: str, records: Sequence[Record]) -> bool:
    """Return whether the sandbox can calculate a formula from line items of its module."""
    numbers = {str(one["name"]) for one in records if _format_word(one) == "NUMBER"}
    try:
        return names_in(formula) <= numbers
    except ValueError:
        return False
