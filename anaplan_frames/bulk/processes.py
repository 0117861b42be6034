"""Processes: several actions, run in order as one task."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar

import pandas as pd

from anaplan_frames.bulk.file_targets import FileTarget, target_of_import
from anaplan_frames.bulk.file_writer import PreparedUpload, UploadOptions, prepare_upload
from anaplan_frames.bulk.loadable import Loadable
from anaplan_frames.bulk.rejected_rows import collect_rejects
from anaplan_frames.bulk.retained_rows import RetainedRows
from anaplan_frames.errors import AnaplanError, ColumnMismatch
from anaplan_frames.lookup import not_found
from anaplan_frames.results import WriteResult
from anaplan_frames.tasks import Outcome
from anaplan_frames.writes.result_builder import Rejects, result_of_task


class Process(Loadable):
    """A process of a model.

    `write` takes a dict ``{import or file name or id: data}``, and `mapping` likewise, where the
    process reads several files; a file that is not named keeps what was last uploaded to it.
    """

    kind: ClassVar[str] = "process"
    plural: ClassVar[str] = "processes"

    @property
    def actions(self) -> list[Mapping[str, Any]]:
        """Its actions in order, as Anaplan describes them: ``id``, ``name``, ``actionType``, ..."""
        answer = self._transport.get(self.path, label=self.label)
        return list(answer["processMetadata"].get("actions") or ())

    def _prepare(
        self, data: Any, mapping: Mapping[str, Any] | None, options: UploadOptions
    ) -> list[PreparedUpload]:
        parts = self._parts(data, mapping, self._targets())
        return [
            prepare_upload(target, part, its_mapping, options)
            for target, part, its_mapping in parts
        ]

    def _targets(self) -> dict[str, FileTarget]:
        """Find the file of each import in the process that reads one."""
        imports = self._catalogue.records("imports")
        return {
            import_id: target_of_import(self._catalogue, imports[import_id])
            for import_id in self._reading()
        }

    def _reading(self) -> dict[str, str]:
        """Find the imports in the process that read a file, and the files' ids."""
        imports = self._catalogue.records("imports")
        files = self._catalogue.records("files")
        read = {
            str(action["id"]): str(imports.get(str(action["id"]), {}).get("importDataSourceId"))
            for action in self.actions
        }
        return {import_id: file_id for import_id, file_id in read.items() if file_id in files}

    def _file_ids(self) -> list[str]:
        return list(self._reading().values())

    def _parts(
        self, data: Any, mapping: Mapping[str, Any] | None, targets: dict[str, FileTarget]
    ) -> list[tuple[FileTarget, Any, Mapping[str, str] | None]]:
        """Pair the data with the files they are meant for, and with their mappings."""
        files = {target.id: target for target in targets.values()}
        if not isinstance(data, Mapping):
            if len(files) == 1:
                return [(next(iter(files.values())), data, mapping)]
            raise ColumnMismatch(
                f"{self.label} reads {len(files)} files"
                + (
                    f" ({', '.join(target.label for target in files.values())}): "
                    if files
                    else ": "
                )
                + "give a dict of {import or file name: data}."
            )
        keys = self._keys(targets)
        unknown = [key for key in [*data, *(mapping or ())] if key not in keys]
        if unknown:
            raise not_found(
                str(unknown[0]), keys, kind="imports and files", owner=f"of {self.label}"
            )
        if len({keys[key].id for key in data}) < len(data):
            raise ColumnMismatch(f"Two of the data given to {self.label} go into the same file.")
        return [(keys[key], part, (mapping or {}).get(key)) for key, part in data.items()]

    def _keys(self, targets: dict[str, FileTarget]) -> dict[str, FileTarget]:
        """Map the names and ids that may stand for a file: its own, and those of its imports."""
        keys: dict[str, FileTarget] = {}
        for import_id, target in targets.items():
            keys[str(self._catalogue.records("imports")[import_id]["name"])] = target
            keys[import_id] = target
        for target in targets.values():
            keys.setdefault(str(self._catalogue.records("files")[target.id]["name"]), target)
            keys[target.id] = target
        return keys

    def _result(self, outcome: Outcome, sent: Mapping[str, RetainedRows]) -> WriteResult:
        nested = [self._nested(part, sent) for part in outcome.nested]
        return result_of_task(outcome, self.name, _together(nested), actions=nested)

    def _nested(self, outcome: Outcome, sent: Mapping[str, RetainedRows]) -> WriteResult:
        """Read the outcome of one action, with its rejected rows if it is an import."""
        info = self._catalogue.records("imports").get(outcome.object_id)
        if info is None:
            return result_of_task(outcome, self._name_of(outcome))
        dump = f"{self.path}/tasks/{outcome.task_id}/dumps/{outcome.object_id}"
        file = sent.get(str(info.get("importDataSourceId")))
        rejects = collect_rejects(self._catalogue, info, outcome, dump, file)
        return result_of_task(outcome, str(info["name"]), rejects)

    def _name_of(self, outcome: Outcome) -> str:
        """Name an action that is no import; what has run must not end in an error over a name."""
        if outcome.name:
            return outcome.name
        names: dict[str, str] = {}
        with suppress(AnaplanError):
            names = {str(action["id"]): str(action["name"]) for action in self.actions}
        return names.get(outcome.object_id, outcome.object_id)


def _together(nested: list[WriteResult]) -> Rejects:
    """Gather the rejected rows of several imports under the imports' names."""
    return Rejects(
        rejected=_stacked({result.target: result.rejected for result in nested}),
        unmatched=_stacked({result.target: result.unmatched for result in nested}),
        note="\n".join(result.note for result in nested if result.note),
    )


def _stacked(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    filled = {name: frame for name, frame in frames.items() if len(frame)}
    if len(filled) == 1 and len(frames) == 1:
        return next(iter(filled.values()))
    return pd.concat(filled, names=["import"]) if filled else pd.DataFrame()
