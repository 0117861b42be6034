"""Names of models and of what they have, kept on disk so that the shell can complete them.

They are what commands have listed. They are only offered, and never used in place of a listing. The
file can only be read by this user of the machine; it holds names and ids, and no secret.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from anaplan_frames.folders import replace_private, writable_cache_folder
from anaplan_frames.json_parsing import parse_json

_FORMAT = 1
_MOST_MODELS = 50  # whose things are kept, the latest
_MOST_NAMES = 3_000  # of one kind
_MOST_BYTES = 8_000_000

Names = Mapping[str, Iterable[str]]


def keep_things(model_id: str, model_name: str, names: Names) -> None:
    """Keep the names of what a model has, by kind; kinds that are not given stay as they are."""
    known = _read()
    entry = known["models"].pop(model_id, {})
    kinds = entry.get("things") if isinstance(entry, Mapping) else None
    things = dict(kinds) if isinstance(kinds, Mapping) else {}
    things |= {kind: sorted(set(every))[:_MOST_NAMES] for kind, every in names.items()}
    known["models"][model_id] = {"name": model_name, "things": things}  # as the latest
    known["models"] = dict(list(known["models"].items())[-_MOST_MODELS:])
    _write(known)


def keep_models(names: Iterable[str]) -> None:
    """Keep the names of all models that a user may see."""
    _write(_read() | {"listed": sorted(set(names))[:_MOST_NAMES]})


def model_names() -> list[str]:
    """Return the names of the models that are known."""
    known = _read()
    used = [str(each.get("name")) for each in known["models"].values()]
    return sorted({*used, *map(str, known["listed"])})


def thing_names(model: str, kinds: Iterable[str]) -> list[str]:
    """Return the names of what a model has.

    Parameters
    ----------
    model : str
        Its name, or its id, which a URL of it holds, too.
    kinds : iterable of str
        Such as ``"imports"``.
    """
    entries = _read()["models"]
    for id_, entry in reversed(entries.items()):
        if id_ in model or entry.get("name") == model:
            things = entry.get("things") or {}
            return sorted({str(name) for kind in kinds for name in things.get(kind) or ()})
    return []


def _path() -> Path:
    return writable_cache_folder() / "completions.json"


def _read() -> dict[str, Any]:
    """Return what is kept; nothing of a file that is damaged."""
    found: Any = None
    with suppress(OSError, ValueError, RecursionError, RuntimeError):
        content = _path().read_bytes()
        found = parse_json(content) if len(content) <= _MOST_BYTES else None
    if not isinstance(found, Mapping) or found.get("format") != _FORMAT:
        found = {}
    models, listed = found.get("models"), found.get("listed")
    entries = models.items() if isinstance(models, Mapping) else ()
    return {
        "models": {id_: entry for id_, entry in entries if isinstance(entry, Mapping)},
        "listed": listed if isinstance(listed, list) else [],
    }


def _write(known: Mapping[str, Any]) -> None:
    """Replace the file as a whole; if none can be written, nothing is kept."""
    text = json.dumps({"format": _FORMAT, **known})
    with suppress(OSError, RuntimeError):
        path = _path()
        if path.is_file() and path.read_bytes() == text.encode():
            return
        replace_private(path, text)
