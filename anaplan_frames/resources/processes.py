"""Processes: several actions, run in order as one task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pandas as pd

from anaplan_frames import tasks
from anaplan_frames.errors import ColumnMismatch, NotFound, near_names
from anaplan_frames.resources.rejects import Rejects, collect_rejects
from anaplan_frames.resources.resource import Runnable
from anaplan_frames.resources.result import ImportResult, OnRejected
from anaplan_frames.resources.sent import Sent
from anaplan_frames.resources.targets import FileTarget, target_of_import
from anaplan_frames.resources.writing import write_file
from anaplan_frames.tasks import Outcome


class Process(Runnable):
    """A process of a model."""

    kind: ClassVar[str] = "process"
    plural: ClassVar[str] = "processes"

    @property
    def actions(self) -> list[Mapping[str, Any]]:
        """Its actions in order, as Anaplan describes them: ``id``, ``name``, ``actionType``, ..."""
        answer = self._transport.get(self.path, what=self.what)
        return list(answer["processMetadata"].get("actions") or ())

    def write(
        self,
        data: Any,
        *,
        mapping: Mapping[str, Any] | None = None,
        parameters: Mapping[str, str] | None = None,
        on_rejected: OnRejected = "raise",
        index: bool = False,
        chunk_bytes: int | None = None,
        progress: bool | None = None,
    ) -> ImportResult:
        """Upload data to the files that the process reads, run it, and say what became of it.

        Parameters
        ----------
        data : DataFrame or the like, or dict
            ``{import or file name or id: data}``, or the data itself where the process reads only
            one file. A file that is not named keeps what was last uploaded to it.
        mapping : dict, optional
            ``{column: header}``; where `data` is a dict, ``{its key: {column: header}}``.

        The other parameters, the result and the errors are those of `anaplan_frames.to_anaplan`.

        Raises
        ------
        NotFound
            If a key is neither an import nor a file of the process; names those there are.
        """
        actions = self.actions
        sent = {
            target.id: write_file(
                self._transport,
                target,
                part,
                mapping=part_mapping,
                index=index,
                chunk_bytes=chunk_bytes,
                show_progress=progress,
            )
            for target, part, part_mapping in self._parts(data, mapping, self._targets(actions))
        }
        return self._run(parameters, actions, sent, progress).check(on_rejected)

    def run(
        self,
        parameters: Mapping[str, str] | None = None,
        *,
        on_rejected: OnRejected = "raise",
        progress: bool | None = None,
    ) -> ImportResult:
        """Run the process on what its files already hold.

        The parameters are those of `Import.run`.
        """
        return self._run(parameters, self.actions, {}, progress).check(on_rejected)

    def _targets(self, actions: list[Mapping[str, Any]]) -> dict[str, FileTarget]:
        """Find the file of each import in the process that reads one."""
        imports = self._catalogue.records("imports")
        files = self._catalogue.records("files")
        return {
            str(action["id"]): target_of_import(self._catalogue, imports[str(action["id"])])
            for action in actions
            if str(imports.get(str(action["id"]), {}).get("importDataSourceId")) in files
        }

    def _parts(
        self, data: Any, mapping: Mapping[str, Any] | None, targets: dict[str, FileTarget]
    ) -> list[tuple[FileTarget, Any, Mapping[str, str] | None]]:
        """Pair the data with the files they are meant for, and with their mappings."""
        files = {target.id: target for target in targets.values()}
        if not isinstance(data, Mapping):
            if len(files) == 1:
                return [(next(iter(files.values())), data, mapping)]
            raise ColumnMismatch(
                f"{self.what} reads {len(files)} files"
                + (f" ({', '.join(target.what for target in files.values())}): " if files else ": ")
                + "give a dict of {import or file name: data}."
            )
        keys = self._keys(targets)
        unknown = [key for key in [*data, *(mapping or ())] if key not in keys]
        if unknown:
            raise NotFound(
                f"{self.what} has no import or file {unknown[0]!r}."
                + (near_names(str(unknown[0]), keys) or f" There are {', '.join(map(repr, keys))}.")
            )
        if len({keys[key].id for key in data}) < len(data):
            raise ColumnMismatch(f"Two of the data given to {self.what} go into the same file.")
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

    def _run(
        self,
        parameters: Mapping[str, str] | None,
        actions: list[Mapping[str, Any]],
        sent: Mapping[str, Sent],
        progress: bool | None,
    ) -> ImportResult:
        outcome = tasks.run(
            self._transport,
            self.path,
            what=self.what,
            parameters=parameters,
            show_progress=progress,
        )
        names = {str(action["id"]): str(action["name"]) for action in actions}
        nested = [self._nested(part, names, sent) for part in outcome.nested]
        return ImportResult.of(outcome, self.name, _together(nested), nested)

    def _nested(
        self, outcome: Outcome, names: Mapping[str, str], sent: Mapping[str, Sent]
    ) -> ImportResult:
        """Read the outcome of one action, with its rejected rows if it is an import."""
        info = self._catalogue.records("imports").get(outcome.object_id)
        name = outcome.name or names.get(outcome.object_id, outcome.object_id)
        if info is None:
            return ImportResult.of(outcome, name)
        dump = f"{self.path}/tasks/{outcome.task_id}/dumps/{outcome.object_id}"
        file = sent.get(str(info.get("importDataSourceId")))
        rejects = collect_rejects(self._catalogue, info, outcome, dump, file)
        return ImportResult.of(outcome, name, rejects)


def _together(nested: list[ImportResult]) -> Rejects:
    """Gather the rejected rows of several imports under the imports' names."""
    return Rejects(
        rejected=_stacked({result.name: result.rejected for result in nested}),
        unmatched=_stacked({result.name: result.unmatched for result in nested}),
        note="\n".join(result.note for result in nested if result.note),
    )


def _stacked(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    filled = {name: frame for name, frame in frames.items() if len(frame)}
    if len(filled) == 1 and len(frames) == 1:
        return next(iter(filled.values()))
    return pd.concat(filled, names=["import"]) if filled else pd.DataFrame()
