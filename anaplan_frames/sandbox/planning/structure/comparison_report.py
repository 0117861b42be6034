"""The reports on what differs between two revisions: tab-separated text, and a summary.

The documentation shows a line with the name of each section between equals signs, then a header
and rows. It names five sections and the first columns of two; the others are a guess.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from anaplan_frames.sandbox.planning.structure.structure_differences import Difference
from anaplan_frames.sandbox.planning.structure.structure_records import LIST_ITEMS, Structure

_LIST_HEADER = ("Name", "Position", "Relative To", "Has Workflow", "Numbered", "Production Data")
_MODULE_HEADER = ("Name", "Position", "Relative To", "Applies To")
_LINE_ITEM_HEADER = ("Module", "Name", "Format", "Formula", "Summary", "Notes")
_CHANGE_HEADER = ("List", "Item", "Change", "Detail")
_OTHER_HEADER = ("Name", "Detail")
_WORDS = {
    "lists": "Lists",
    "modules": "Modules",
    "lineItems": "Line Items",
    "lineItemSubsets": "Line Item Subsets",
    "views": "Saved Views",
    "files": "Import Data Sources",
    "imports": "Imports",
    "exports": "Exports",
    "actions": "Actions",
    "processes": "Processes",
    "dashboards": "Dashboards",
}
_CHANGES = {"created": "Added", "modified": "Changed", "deleted": "Deleted"}


def summary(found: Iterable[Difference]) -> dict[str, Any]:
    """Return ``totals`` and ``differences`` of a summary report; what is 0 is left out of them."""
    counts: dict[str, Counter[str]] = {}
    totals: Counter[str] = Counter()
    for one in found:
        counts.setdefault(one.kind, Counter())[one.change] += 1
        totals[one.change] += 1
    return {
        "totals": {change: totals[change] for change in ("modified", "deleted", "created")},
        "differences": {kind: dict(count) for kind, count in counts.items()},
    }


def report(found: Iterable[Difference], source: Structure, target: Structure) -> str:
    """Return a full report; sections without rows are left out."""
    sections: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]] = {}
    for one in found:
        structure = target if one.change == "deleted" else source
        title, header, rows = _section(one, structure)
        sections.setdefault(title, (header, []))[1].extend(rows)
    texts = []
    for title, (header, rows) in sections.items():
        lines = ["\t".join(map(_cell, line)) for line in (header, *rows)]
        texts.append("\n".join([f"=== {title.upper()} ===", *lines, ""]))
    return "\n".join(texts)


def _cell(text: str) -> str:
    """Return a text without what separates cells and lines."""
    return " ".join(text.split()) if set(text) & set("\t\r\n") else text


def _section(
    one: Difference, structure: Structure
) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
    """Return the title, the header and the rows for one difference."""
    record, kind = one.record, one.kind
    if kind == LIST_ITEMS:
        item = str(record["name"] or record["code"])
        row = (record["list"], item, _CHANGES[one.change], ", ".join(one.changed))
        return "Changes Within Lists", _CHANGE_HEADER, [row]
    if kind == "lists" and one.change == "modified":
        new = ", ".join(record["properties"])
        row = (record["name"], "", "Changed", f"properties: {new}")
        return "Changes Within Lists", _CHANGE_HEADER, [row]
    title = f"{_WORDS[kind]} {_CHANGES[one.change]}"
    if kind == "lineItems":
        return title, _LINE_ITEM_HEADER, [_line_item(record, structure)]
    if kind in ("lists", "modules"):
        place = _place(one.id, structure.records[kind])
        if kind == "lists":
            more = ("false", _yes(record["numbered"]), _yes(record["production"]))
            return title, _LIST_HEADER, [(record["name"], *place, *more)]
        return title, _MODULE_HEADER, [(record["name"], *place, _applies_to(record, structure))]
    return title, _OTHER_HEADER, [(record["name"], ", ".join(one.changed))]


def _place(id_: str, records: Mapping[str, Any]) -> tuple[str, str]:
    """Return where a thing stands: after which other one."""
    ids = list(records)
    at = ids.index(id_)
    return ("After", records[ids[at - 1]]["name"]) if at else ("First", "")


def _line_item(record: Mapping[str, Any], structure: Structure) -> tuple[str, ...]:
    module = structure.records["modules"][record["module"]]["name"]
    options = (record[key] or "" for key in ("formula", "summary", "notes"))
    return (module, record["name"], record["format"][0], *options)


def _applies_to(record: Mapping[str, Any], structure: Structure) -> str:
    return ", ".join(_names(record["dimensions"], structure.records["lists"]))


def _names(ids: Iterable[str], lists: Mapping[str, Any]) -> Iterator[str]:
    return (lists[id_]["name"] for id_ in ids if id_ in lists)


def _yes(value: bool) -> str:  # noqa: FBT001  one value of a table
    return "true" if value else "false"
