"""`mappings.toml`: what Anaplan's API does not show of a model, to be filled in by the user.

The clone adds a section for each thing that it does not know yet, with what it can suggest, and
changes nothing that is there.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from anaplan_frames.sandbox.clones.opened_snapshot import MAPPINGS

Kind: TypeAlias = Literal["imports", "exports", "actions"]
_HEAD = """\
# What Anaplan's API does not show of the model {name}, for its clone in the sandbox.
# Fill in what is empty, set ready = true, and open the folder again. The keys are described in
# docs/snapshots.md.
version = 1
"""


class Mappings:
    """The file's sections, and those that are missing.

    Raises
    ------
    ValueError
        If the file is not TOML, or a section has another form.
    """

    def __init__(self, folder: Path, model: str) -> None:
        self.path: Path = folder / MAPPINGS
        self._model = model
        self._there = self.path.exists()
        self._sections = self._read() if self._there else {}
        self._new: list[str] = []

    def section(self, kind: Kind, id_: str) -> dict[str, Any] | None:
        """Return the section of an import, export or action as filled in; None if it has none."""
        found = self._table(self._sections, kind).get(id_)
        if found is not None and not isinstance(found, dict):
            raise ValueError(f"[{kind}.{id_}] of {str(self.path)!r} must be a section.")
        return found

    def property_list(self, list_id: str, name: str) -> str:
        """Return the list that a property is of, as filled in; else empty."""
        lists = self._table(self._sections, "lists")
        properties = self._table(self._table(lists, list_id), "properties")
        return str(self._table(properties, name).get("of") or "")

    def suggest_property(self, list_id: str, name: str) -> None:
        """Add a section for the list that a property is of, if there is none."""
        lists = self._table(self._sections, "lists")
        if name not in self._table(self._table(lists, list_id), "properties"):
            self._new.append(f'[lists.{list_id}.properties.{_text(name)}]\nof = ""\n')

    def display_name(self, list_id: str) -> str | None:
        """Return the property by which a list shows its items, as filled in; None if it is not."""
        found = self._table(self._table(self._sections, "lists"), list_id).get("display_name")
        return None if found is None else str(found)

    def suggest_display_name(self, list_id: str) -> None:
        """Add a section for the property by which a list shows its items."""
        self._new.append(f'[lists.{list_id}]\ndisplay_name = ""\n')

    def suggest(self, kind: Kind, id_: str, values: Mapping[str, Any]) -> None:
        """Add a section with these values; a mapping among them becomes a section below it."""
        lines = [f"[{kind}.{id_}]"]
        below = {key: value for key, value in values.items() if isinstance(value, Mapping)}
        lines += [f"{key} = {_value(one)}" for key, one in values.items() if key not in below]
        for key, pairs in below.items():
            lines.append(f"[{kind}.{id_}.{key}]")
            lines += [f"{_text(name)} = {_value(value)}" for name, value in pairs.items()]
        self._new.append("\n".join(lines) + "\n")

    def save(self) -> bool:
        """Append the sections that were missing; return False if the folder cannot be written."""
        if not self._new:
            return True
        head = "" if self._there else _HEAD.format(name=_text(self._model))
        try:
            with self.path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(head + "".join(f"\n{section}" for section in self._new))
        except OSError:
            return False
        return True

    def _read(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ValueError(f"{str(self.path)!r} is not TOML: {error}") from None

    def _table(self, of: Mapping[str, Any], key: str) -> dict[str, Any]:
        found = of.get(key, {})
        if not isinstance(found, dict):
            raise ValueError(f"{key!r} of {str(self.path)!r} must be a section.")
        return found


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else _text(value)


def _text(text: str) -> str:
    """Return a text as TOML, whose escapes are those of JSON, but for a surrogate pair."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
