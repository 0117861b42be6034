"""A module of a snapshot: its dimensions and line items, as far as the sandbox has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from anaplan_frames.sandbox.clones.clone_report import CloneReport
from anaplan_frames.sandbox.clones.opened_snapshot import OpenedSnapshot
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import (
    LINE_ITEMS,
    TIME,
    VERSIONS,
    Dimension,
    GivenValues,
    LineItem,
    ModuleDefinition,
)
from anaplan_frames.sandbox.planning.schema.dimension_parsing import scale_word
from anaplan_frames.sandbox.planning.schema.formulas import names_in
from anaplan_frames.sandbox.planning.schema.line_item_parsing import SUMMARIES

Record: TypeAlias = Mapping[str, Any]
_PLAIN = {"NUMBER", "BOOLEAN", "TEXT", "DATE", "NONE", ""}
_TIME_FORMATS = {"TIME PERIOD", "TIME_PERIOD", "TIME_ENTITY"}
_NOT_APPLICABLE = "Not Applicable"
_LINE_ITEM_SUBSETS = "114"  # how their ids begin


def cloned_dimension(model: Model, record: Record) -> Dimension:
    """Return the dimension with this id; ValueError if the sandbox does not have it."""
    id_ = str(record["id"])
    try:
        return model.dimensions.by_id(id_)
    except KeyError:
        raise ValueError(
            f"The sandbox does not have {record.get('name')!r} ({id_}) as dimension."
        ) from None


def build_line_item_subsets(model: Model, snapshot: OpenedSnapshot, report: CloneReport) -> None:
    """Make the line item subsets that are dimensions; the API shows no other ones."""
    records = snapshot.records("line_items", "items")
    names = {
        str(one["id"]): str(one["name"]) for item in records for one in item.get("appliesTo") or ()
    }
    items = [item for module in model.modules.values() for item in module.line_items]
    for id_, name in names.items():
        if not id_.startswith(_LINE_ITEM_SUBSETS):
            continue
        shown = snapshot.records(f"dimensions/{id_}", "items")
        chosen = [_line_item_of(items, one) for one in shown]
        found = [item for item in chosen if item is not None]
        if not found or len(found) < len(chosen):
            why = "Not all of its line items are in the clone."
            report.add("line item subset", id_, name, "not copied", why)
        else:
            model.line_item_subset(name, found, id_)


def _line_item_of(items: Sequence[LineItem], shown: Record) -> LineItem | None:
    """Return the line item with this id, else the only one with this name."""
    by_id = [item for item in items if item.id == str(shown["id"])]
    found = by_id or [item for item in items if item.name == shown.get("name")]
    return found[0] if len(found) == 1 else None


class ModuleCloner:
    """One module that is being made."""

    def __init__(
        self, model: Model, snapshot: OpenedSnapshot, report: CloneReport, id_: str, name: str
    ) -> None:
        self._model = model
        self._snapshot = snapshot
        self._report = report
        self._id = id_
        self._name = name
        shown = snapshot.json(f"modules/{id_}")
        self._dimensions: Mapping[str, list[Record]] = shown.get("dimensions", {})
        self._own_views: Sequence[str] = [str(one) for one in shown.get("own_views") or ()]

    def needs_line_item_subsets(self, records: Sequence[Record]) -> bool:
        """Return whether a line item is by one, which is made of line items of other modules."""
        every = (one for record in records for one in record.get("appliesTo") or ())
        return any(str(one["id"]).startswith(_LINE_ITEM_SUBSETS) for one in every)

    def build(self, records: Sequence[Record]) -> None:
        """Make the module; line items with views of their own have dimensions of their own."""
        copied = [record for record in records if self._is_copied(record)]
        here = self._sharing(copied)
        dimensions = self._dimensions_of(here[0], records) if here else self._of_view()
        if dimensions is None:
            why = "None of its line items has only dimensions that the sandbox has."
            self._report.add("module", self._id, self._name, "not copied", why)
            return
        own: dict[str, Sequence[Dimension]] = {}
        for record in copied:
            if record in here or _is_heading(record):
                continue
            found = self._dimensions_of(record, records)
            if found is None:
                self._leave_out(record, "It has a dimension that the sandbox does not have.")
            else:
                own[str(record["id"])] = found
        kept = [one for one in copied if one in here or _is_heading(one) or str(one["id"]) in own]
        if kept:
            self._make(dimensions, kept, own)
        else:
            why = "None of its line items is in the clone."
            self._report.add("module", self._id, self._name, "not copied", why)

    def _sharing(self, records: Sequence[Record]) -> list[Record]:
        """Return the line items whose values the module's own views show.

        An older snapshot does not say which they are: then most have the same dimensions.
        """
        here = [
            record
            for record in records
            if str(record["id"]) not in self._own_views and not _is_heading(record)
        ]
        shapes = Counter((_shape(record), _scale(record)) for record in here)
        most = max(shapes, key=lambda shape: shapes[shape], default=None)
        return [record for record in here if (_shape(record), _scale(record)) == most]

    def _is_copied(self, record: Record) -> bool:
        """Return whether the sandbox has such a line item; if not, say so in the report."""
        why = ""
        scale, time_range = _scale(record), record.get("timeRange")
        version, format_ = _name(record.get("version")), _format_word(record)
        scales = [scale_word(level) for level in self._model.calendar.levels]
        if format_ not in (*_PLAIN, *_TIME_FORMATS) and _list_id(record) not in self._model.lists:
            why = f"The sandbox does not have its format {format_} of {_list_id(record) or '?'}."
        elif scale and scale not in scales:
            why = f"The sandbox does not have the time scale {scale!r} in this calendar."
        elif time_range not in (None, "", _NOT_APPLICABLE, "Model Calendar"):
            why = f"The sandbox does not have the time range {time_range!r}."
        elif version not in (None, "", _NOT_APPLICABLE, "All"):
            why = f"The sandbox does not have line items of the version {version!r} only."
        if why:
            self._leave_out(record, why)
        return not why

    def _dimensions_of(
        self, record: Record, records: Sequence[Record]
    ) -> Sequence[Dimension] | None:
        """Return the dimensions of a line item in their order; None if one is missing here."""
        ids = (str(one["id"]) for one in records if _shape(one) == _shape(record))
        shown = next((self._dimensions[id_] for id_ in ids if id_ in self._dimensions), None)
        if shown is None:
            shown = [*(record.get("appliesTo") or ())]
            shown += [{"id": TIME.id}] if _scale(record) else []
            shown += [{"id": VERSIONS.id}] if _applies(record.get("version")) else []
        return self._found(shown)

    def _of_view(self) -> Sequence[Dimension] | None:
        """Return the dimensions of the default view."""
        view = self._snapshot.json(f"views/{self._id}")
        axes = ("pages", "rows", "columns")
        return self._found([one for axis in axes for one in view.get(axis) or ()])

    def _found(self, shown: Sequence[Record]) -> Sequence[Dimension] | None:
        try:
            found = [cloned_dimension(self._model, one) for one in shown]
        except ValueError:
            return None
        return [dimension for dimension in found if dimension != LINE_ITEMS]

    def _make(
        self,
        dimensions: Sequence[Dimension],
        records: Sequence[Record],
        own: Mapping[str, Sequence[Dimension]],
    ) -> None:
        names = {str(one["name"]) for one in records}
        here = [one for one in records if str(one["id"]) not in own]
        given = {
            str(one["id"]): self._given(one, here if one in here else [one]) for one in records
        }
        # Headings come last: what they say of time counts only if there is nothing else.
        scales = [_scale(one) for one in sorted(here, key=_is_heading)]
        scale = next(filter(None, scales), None) if TIME in dimensions else None
        for calculated in (True, False):
            items = {
                str(one["name"]): self._line_item(
                    one,
                    given[str(one["id"])] if calculated or _is_heading(one) else "all",
                    names,
                    own.get(str(one["id"])),
                )
                for one in records
            }
            try:
                self._model.module(self._name, self._id, dimensions, items, time_scale=scale)
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
        self, record: Record, given: GivenValues, names: set[str], own: Sequence[Dimension] | None
    ) -> dict[str, Any]:
        """Return a line item as the builder takes it; `own` are dimensions of its own."""
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
        if own is not None:
            scale = record.get("timeScale") if TIME in own else None
            options |= {"dimensions": own, "time_scale": scale}
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
    return "TIME PERIOD" if word in _TIME_FORMATS else word or "NONE"


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


def _scale(record: Record) -> str | None:
    """Return the time scale of a line item; None if it has none."""
    scale = _name(record.get("timeScale"))
    return None if scale in (None, "", _NOT_APPLICABLE) else scale


def _is_heading(record: Record) -> bool:
    return _format_word(record) in ("", "NONE")
