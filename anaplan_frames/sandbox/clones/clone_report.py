"""What a clone could not copy, what it assumed, and what is left to fill in."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Literal, TypeAlias

import pandas as pd

State: TypeAlias = Literal["not copied", "to fill in", "values as given", "assumed"]
_COLUMNS = ("kind", "id", "name", "state", "why")
_SHOWN = 40  # lines
_NO_USERS = "Users and roles are not copied: the clone's own user sees all."


@dataclass(frozen=True, slots=True)
class Finding:
    """Something of the model that is not in the clone as it is in the model."""

    kind: str
    id: str
    name: str
    state: State
    why: str


@dataclass(slots=True)
class CloneReport:
    """All findings, in the order in which the clone was built."""

    model: str
    findings: list[Finding] = field(default_factory=list)

    def add(self, kind: str, id: str, name: str, state: State, why: str) -> None:
        """Add a finding."""
        self.findings.append(Finding(kind, id, name, state, " ".join(why.split())))

    def frame(self) -> pd.DataFrame:
        """Return one row per finding."""
        rows = [asdict(finding) for finding in self.findings]
        return pd.DataFrame(rows, columns=list(_COLUMNS), dtype="string")

    def text(self) -> str:
        """Return the report to be printed."""
        if not self.findings:
            return f"All of {self.model!r} that the API shows is in the clone. {_NO_USERS}"
        lines = [f"Not all of {self.model!r} is in the clone as it is in the model:"]
        for each in self.findings[:_SHOWN]:
            lines.append(f"  {each.state}: {each.kind} {each.name!r} ({each.id}): {each.why}")
        if len(self.findings) > _SHOWN:
            lines.append(f"  and {len(self.findings) - _SHOWN:,} more; see the report's table.")
        lines.append(_NO_USERS)
        return "\n".join(lines)
