"""The versions that a model is built with, parsed and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeAlias

from anaplan_frames.sandbox.planning.schema import object_ids
from anaplan_frames.sandbox.planning.schema.definitions import Version

VersionLike: TypeAlias = "str | Mapping[str, Any]"

_OPTIONS = tuple(field.name for field in fields(Version))


def parse_versions(given: Sequence[VersionLike], ids: object_ids.Ids) -> tuple[Version, ...]:
    """Parse versions: names, or mappings with the attributes of `Version`.

    By default, "Actual" is the actual version, and the first version that is not actual is current.
    """
    versions = tuple(_version(one, ids) for one in given)
    names = [version.name for version in versions]
    if not versions:
        raise ValueError("A model needs at least one version.")
    if repeated := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"The model has the version {repeated[0]!r} twice. Name each once.")
    if sum(version.actual for version in versions) > 1:
        raise ValueError("Only one version can be the actual one. Name one only.")
    if not any(version.current for version in versions):
        chosen = next((version for version in versions if not version.actual), versions[0])
        return tuple(replace(one, current=one is chosen) for one in versions)
    if sum(version.current for version in versions) > 1:
        raise ValueError("Only one version can be current. Name one only.")
    return versions


def _version(given: VersionLike, ids: object_ids.Ids) -> Version:
    options = {"name": given} if isinstance(given, str) else dict(given)
    if not options.get("name"):
        raise ValueError("A version needs a name.")
    label = f"version {options['name']!r}"
    if unknown := [option for option in options if option not in _OPTIONS]:
        raise ValueError(f"The {label} has no option {unknown[0]!r}; it has {', '.join(_OPTIONS)}.")
    number = ids.take(object_ids.VERSION, options.pop("id", None), label)
    return Version(**{"actual": options["name"] == "Actual", **options, "id": number})
