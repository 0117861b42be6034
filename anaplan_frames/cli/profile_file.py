"""Changing the profile file: settings are added, and what stands there otherwise stays."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from anaplan_frames.folders import private_folder

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def add_settings(
    path: Path,
    profile: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    databases: Sequence[str],
    ask: Callable[[str], str],
    *,
    replace: bool,
) -> None:
    """Add settings to a profile; the file is then readable by its owner alone.

    Parameters
    ----------
    path : Path
        The profile file, which is made if it does not exist.
    profile : str
        Its name.
    settings : mapping of str to str
        What is not secret.
    secrets : mapping of str to str
        The settings that are asked for, and the words to ask with.
    databases : sequence of str
        The databases whose URLs are asked for.
    ask : callable
        Returns what the user types.
    replace : bool
        Whether settings that are there may change.

    Raises
    ------
    click.ClickException
        If the profile has one of the settings, or the file is not TOML.
    """
    text = path.read_text("utf-8") if path.exists() else ""
    there = _parsed(text, path).get(profile, {})
    own = [*settings, *secrets]
    old = [name for name in own if name in there]
    old += [name for name in databases if name in there.get("databases", {})]
    if old and not replace:
        raise click.UsageError(
            f"Profile {profile!r} has {', '.join(old)} already. Add --replace to change that."
        )
    lines = text.splitlines()
    _set(lines, _heading(profile), {**settings, **{s: ask(w) for s, w in secrets.items()}})
    urls = {name: ask(f"URL of {name}") for name in databases}
    _set(lines, _heading(profile, "databases"), urls)
    changed = "\n".join(lines).strip("\n") + "\n"
    _parsed(changed, path)  # what cannot be read again is not written
    _write(path, changed)


def _parsed(text: str, path: Path) -> dict[str, dict[str, dict[str, str]]]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise click.ClickException(
            f"The profile file {path} is not TOML ({error}). Correct it, or delete it."
        ) from None


def _set(lines: list[str], heading: str, settings: Mapping[str, str]) -> None:
    """Set settings below a heading, which is added if it is not there."""
    if not settings:
        return
    if heading not in [line.strip() for line in lines]:
        lines += ["", heading]
    start = [line.strip() for line in lines].index(heading) + 1
    end = next(
        (n for n in range(start, len(lines)) if lines[n].lstrip().startswith("[")), len(lines)
    )
    kept = [line for line in lines[start:end] if line.partition("=")[0].strip(' "') not in settings]
    while kept and not kept[-1].strip():
        kept.pop()
    # A JSON text is a TOML text, too.
    added = [
        f"{_key(n)} = {json.dumps(value, ensure_ascii=False)}" for n, value in settings.items()
    ]
    lines[start:end] = [*kept, *added, *([""] if end < len(lines) else [])]


def _heading(*names: str) -> str:
    return f"[{'.'.join(map(_key, names))}]"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _write(path: Path, text: str) -> None:
    private_folder(path.parent)
    descriptor, part = tempfile.mkstemp(dir=path.parent)  # readable by its owner alone
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
