"""A file as data must be written for it: its path, dialect and headers, as Anaplan gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.errors import ColumnMismatch, NotFound, TransferError
from anaplan_frames.resources.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class FileTarget:
    """A file as data must be written for it.

    Attributes
    ----------
    id, name, path : str
        Its id, its name, and its path below the API's root.
    dialect : Dialect
        How its text is written.
    headers : tuple of str
        Its columns in order; empty if Anaplan does not give them, then the data's are taken.
    """

    id: str
    name: str
    path: str
    dialect: Dialect
    headers: tuple[str, ...]

    @property
    def label(self) -> str:
        """The file in words."""
        return f"file {self.name!r}"


def import_metadata(catalogue: Catalogue, import_id: str, label: str) -> Mapping[str, Any]:
    """Return what Anaplan says of an import: ``name``, ``type``, ``source`` with its dialect."""
    answer = catalogue.described(f"imports/{import_id}", label)
    metadata: Mapping[str, Any] = answer["importMetadata"]
    if not isinstance(metadata.get("source") or {}, Mapping):
        raise TransferError(
            f"{label}: Anaplan's answer does not say how its file is written. Try again; if it "
            "happens again, look at the import's source in Anaplan."
        )
    return metadata


def target_of_import(catalogue: Catalogue, info: Mapping[str, Any]) -> FileTarget:
    """Find the file that an import reads, and how it must be written.

    Raises
    ------
    ColumnMismatch
        If the import reads no file but another model, list or view.
    """
    label = f"import {info['name']!r}"
    metadata = import_metadata(catalogue, str(info["id"]), label)
    file_id = str(info.get("importDataSourceId") or "")
    if metadata.get("type", "FILE") != "FILE" or not file_id:
        raise ColumnMismatch(
            f"{label} does not read a file but a {str(metadata.get('type')).lower()}, so you "
            f"cannot load data with it. Run it with model.imports[{info['name']!r}].run()."
        )
    # Posting to an id that belongs to no file would create a file that no import reads.
    if file_id not in catalogue.records("files"):
        raise NotFound(
            f"{label} reads the file {file_id}, which is not among the files of {catalogue.label} "
            "that your user may see. Ask for access to it, or name an import of another file."
        )
    source = metadata.get("source") or {}
    return _target(
        catalogue,
        file_id,
        Dialect.of_import(source),
        tuple(header or "" for header in source.get("headerNames") or ()),
    )


def target_of_file(catalogue: Catalogue, info: Mapping[str, Any]) -> FileTarget:
    """Find how a file must be written; an import that reads it knows its headers."""
    for import_ in catalogue.records("imports").values():
        if str(import_.get("importDataSourceId")) == str(info["id"]):
            return target_of_import(catalogue, import_)
    return _target(catalogue, str(info["id"]), Dialect.of_file(info), ())


def _target(
    catalogue: Catalogue, file_id: str, dialect: Dialect, headers: tuple[str, ...]
) -> FileTarget:
    name = catalogue.records("files")[file_id]["name"]
    return FileTarget(
        id=file_id,
        name=str(name),
        path=f"{catalogue.path}/files/{file_id}",
        dialect=dialect,
        headers=headers,
    )
