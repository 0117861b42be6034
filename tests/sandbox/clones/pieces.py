"""Changes of the pieces of a snapshot, as another model would have them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def data_of(folder: Path) -> Path:
    """Return the subfolder of the pieces."""
    manifest = json.loads((folder / "snapshot.json").read_text("utf-8"))
    return folder / str(manifest["data"])


def change(folder: Path, piece: str, by: Callable[[dict[str, Any]], object]) -> None:
    """Change a piece of JSON."""
    path = data_of(folder) / f"{piece}.json"
    content = json.loads(path.read_text("utf-8"))
    by(content)
    path.write_text(json.dumps(content), "utf-8")


def change_line_item(folder: Path, name: str, **changes: Any) -> None:
    """Give a line item other attributes."""

    def by(content: dict[str, Any]) -> None:
        for record in content["items"]:
            if record["name"] == name:
                record.update(changes)

    change(folder, "line_items", by)
