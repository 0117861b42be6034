"""Counts of an import's rows, and the detail of the task's result that shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of rows by outcome; `total` is the number of all rows."""

    total: int
    created: int = 0
    updated: int = 0
    renamed: int = 0
    ignored: int = 0
    failed: int = 0

    @property
    def succeeded(self) -> int:
        """Rows that were loaded."""
        return self.created + self.updated


def summary(counts: Counts, target: str, kind: str) -> dict[str, Any]:
    """Return the detail with the counts of an import.

    Parameters
    ----------
    kind : {"hierarchy", "lineItem"}
        Whether the target is a list or a module.
    """
    failures = "WithFailures" if counts.failed else ""
    kind_of_detail = f"{kind}RowsProcessed{failures}"
    if kind == "hierarchy" and not counts.succeeded and not counts.failed:
        kind_of_detail = "hierarchyNoChanges"
    text = f"{target}: {counts.succeeded} ({counts.created}/{counts.updated}) rows successful, "
    if counts.failed:
        text += f"{counts.failed} failed, "
    text += f"{counts.ignored} ignored "
    return {
        "type": kind_of_detail,
        "localMessageText": text,
        "occurrences": 0,
        "values": _values(counts, target, kind),
    }


def _values(counts: Counts, target: str, kind: str) -> list[str]:
    """Return alternating names and numbers, in an order that differs between imports.

    The service does not document an order, so clients must not rely on one.
    """
    numbers = {
        "successRowCount": counts.succeeded,
        "successCreateCount": counts.created,
        "successUpdateCount": counts.updated,
        "warningsRowCount": 0,
        "warningsCreateCount": 0,
        "warningsUpdateCount": 0,
        "failedCount": counts.failed,
        "ignoredCount": counts.ignored,
        "totalRowCount": counts.total,
        "totalCreateCount": counts.created,
        "totalUpdateCount": counts.updated,
        "invalidCount": 0,
        "updatedCount": counts.updated,
        "renamedCount": counts.renamed,
        "createdCount": counts.created,
    }
    name = "hierarchyName" if kind == "hierarchy" else "moduleName"
    pairs = [(name, target), *((key, str(value)) for key, value in numbers.items())]
    offset = sum(map(ord, target)) % len(pairs)
    return [part for pair in pairs[offset:] + pairs[:offset] for part in pair]
