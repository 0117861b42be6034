"""Processes: several actions, run in order as one task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

import pandas as pd

from anaplan_frames.bulk.file_access import expect_access
from anaplan_frames.bulk.file_targets import FileTarget, target_of_import
from anaplan_frames.bulk.file_writer import PreparedUpload, prepare_upload
from anaplan_frames.bulk.import_results import result_of_import
from anaplan_frames.bulk.imports import Import
from anaplan_frames.bulk.process_verdicts import judged, process_verdict
from anaplan_frames.bulk.rejected_rows import collect_rejects
from anaplan_frames.bulk.sent_rows import Sent
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.dataframes.sources import Source
from anaplan_frames.dataframes.spool import open_kept
from anaplan_frames.errors import AmbiguousName, AnaplanError, ColumnMismatch, NotFound
from anaplan_frames.lookup import find_id, not_found
from anaplan_frames.messages import listed
from anaplan_frames.outcomes import Outcome
from anaplan_frames.results import WriteResult
from anaplan_frames.threads import in_order
from anaplan_frames.writes.dump_folder import DumpFolder
from anaplan_frames.writes.result_builder import Rejects, result_of_task, stacked

_AT_ONCE = 4  # requests
_STEPS = {"id": Field("id"), "name": Field("name"), "type": Field("actionType")}


class Process(Import):
    """A process of a model.

    `write` takes a dict ``{import or file name or id: data}``, and `mapping` likewise, if the
    process reads several files; a file that is not named keeps what was last uploaded to it.
    """

    kind: ClassVar[str] = "process"
    plural: ClassVar[str] = "processes"
    _id_prefix: ClassVar[str] = "118"
    _answer: ClassVar[str] = "processMetadata"
    _needs_listing: ClassVar[bool] = False

    def metadata(self) -> Mapping[str, Any]:
        """Ask what Anaplan knows of it: ``name``, ``actions``.

        Returns
        -------
        mapping
            By Anaplan's names.

        Examples
        --------
        >>> model.processes["Load all"].metadata()["actions"]  # doctest: +SKIP
        """
        key = f"{self.plural}/{self.id}"
        metadata: Mapping[str, Any] = self._catalogue.described(key, self.label)["processMetadata"]
        return metadata

    def steps(self) -> pd.DataFrame:
        """Return its actions in order.

        Returns
        -------
        pandas.DataFrame
            ``id``, ``name``, ``type`` (text), then what else Anaplan says of them.

        Examples
        --------
        >>> model.processes["Load all"].steps()["name"]  # doctest: +SKIP
        """
        return frame_of_fields(self._actions(), _STEPS, more=True)

    def solution_log(self, task_id: str, *, action: str | None = None) -> str:
        """Return the solver's log of an optimizer action that one of its tasks has run.

        Only workspace administrators may read it, as Anaplan's API reference says.

        Parameters
        ----------
        task_id : str
            The id of a task of this process, such as `WriteResult.task_id`.
        action : str, optional
            The name or id of the optimizer action; needed if the process has several.

        Returns
        -------
        str
            The log, as the solver wrote it.

        Raises
        ------
        NotFound
            If the process has no such optimizer action, or there is no log of that task.
        AmbiguousName
            If the process has several optimizer actions, and `action` is not given.
        PermissionDenied
            If the user does not administer the workspace.

        Examples
        --------
        >>> result = model.processes["Optimize"].run()  # doctest: +SKIP
        >>> print(model.processes["Optimize"].solution_log(result.task_id))  # doctest: +SKIP
        """
        found, name = _find_optimizer(self._actions(), action, owner=self.label)
        path = f"{self._catalogue.path}/optimizeActions/{found}/tasks/{task_id}/solutionLogs"
        label = f"the solution log of {name!r} in task {task_id}"
        return self._transport.download(path, label=label).decode("utf-8", "replace")

    def read_outcome(
        self, outcome: Outcome, sent: Mapping[str, Sent], folder: DumpFolder | None
    ) -> WriteResult:
        """Make the result of a task of it: that of its actions, whatever its own flag says."""
        flag = outcome.successful
        nested = [
            judged(part, self._nested(part, sent, folder), flag=flag) for part in outcome.nested
        ]
        verdict, note = process_verdict(outcome, nested)
        rejects = _together(nested)
        notes = filter(None, [note, rejects.note])
        return result_of_task(
            outcome,
            self.title,
            replace(rejects, note="\n".join(notes)),
            nested,
            verdict=verdict,
            rows_sent=None if nested else sum(rows.count for rows in sent.values()),
            **self._facts,
        )

    def import_ids(self) -> list[str]:
        """Return the ids of the imports that it runs, whatever they read."""
        imports = self._catalogue.records("imports")
        return [id_ for action in self._actions() if (id_ := str(action["id"])) in imports]

    def _actions(self) -> list[Mapping[str, Any]]:
        return list(self.metadata().get("actions") or ())

    def _opened(self, data: Any, *, index: bool, keep: bool) -> Any:
        if isinstance(data, Mapping):
            return {key: open_kept(part, index=index, keep=keep) for key, part in data.items()}
        return open_kept(data, index=index, keep=keep)

    def _targets(self, *, writes: bool) -> dict[str, FileTarget]:
        """Find the file of each import in the process that reads one."""
        reading = self._reading()
        if writes:
            expect_access(self._catalogue, reading.values())
        imports = self._catalogue.records("imports")
        found = in_order(
            lambda import_id: target_of_import(self._catalogue, imports[import_id]),
            reading,
            threads=_AT_ONCE,
            name="anaplan-list",
        )
        return dict(zip(reading, found, strict=True))

    def _reading(self) -> dict[str, str]:
        """Find the imports in the process that read a file, and the files' ids."""
        self._catalogue.read_all(["imports", "files"])
        imports = self._catalogue.records("imports")
        files = self._catalogue.records("files")
        read = {
            str(action["id"]): str(imports.get(str(action["id"]), {}).get("importDataSourceId"))
            for action in self._actions()
        }
        return {import_id: file_id for import_id, file_id in read.items() if file_id in files}

    def _file_ids(self) -> list[str]:
        return list(self._reading().values())

    def _import_id(self, name: str) -> str:
        names = {str(action["id"]): str(action.get("name")) for action in self._actions()}
        return find_id(str(name), names, kind="actions", owner=f"of {self.label}")

    def _uploads(
        self, source: Any, mapping: Any, targets: Mapping[str, FileTarget]
    ) -> list[PreparedUpload]:
        return [
            prepare_upload(target, part, its_mapping)
            for target, part, its_mapping in self._parts(source, mapping, targets)
        ]

    def _parts(
        self, data: Any, mapping: Mapping[Any, Any] | None, targets: Mapping[str, FileTarget]
    ) -> list[tuple[FileTarget, Source, Mapping[Any, str] | None]]:
        """Pair the data with the files they are meant for, and with their mappings."""
        files = {target.id: target for target in targets.values()}
        if not isinstance(data, Mapping):
            if len(files) == 1:
                return [(next(iter(files.values())), data, mapping)]
            names = ", ".join(target.label for target in files.values())
            raise ColumnMismatch(
                f"{self.label} reads {len(files)} files{names and f' ({names})'}: "
                "give a dict of {import or file name: data}."
            )
        keys = self._keys(targets)
        unknown = [key for key in [*data, *(mapping or ())] if key not in keys]
        if unknown:
            raise not_found(
                str(unknown[0]), keys, kind="imports and files", owner=f"of {self.label}"
            )
        if len({keys[key].id for key in data}) < len(data):
            raise ColumnMismatch(
                f"Two of the tables given to {self.label} go into the same file. Give one of them."
            )
        return [(keys[key], part, (mapping or {}).get(key)) for key, part in data.items()]

    def _keys(self, targets: Mapping[str, FileTarget]) -> dict[str, FileTarget]:
        """Map the names and ids that may stand for a file: its own, and those of its imports."""
        keys: dict[str, FileTarget] = {}
        for import_id, target in targets.items():
            keys[str(self._catalogue.records("imports")[import_id]["name"])] = target
            keys[import_id] = target
        for target in targets.values():
            keys.setdefault(target.name, target)
            keys[target.id] = target
        return keys

    def _nested(
        self, outcome: Outcome, sent: Mapping[str, Sent], folder: DumpFolder | None
    ) -> WriteResult:
        """Read the outcome of one action, with its rejected rows if it is an import."""
        info = self._catalogue.records("imports").get(outcome.object_id)
        facts = {**self._catalogue.facts, "target_id": outcome.object_id}
        if info is None:
            return result_of_task(outcome, self._name_of(outcome), kind="action", **facts)
        dump = f"{self.path}/tasks/{outcome.task_id}/dumps/{outcome.object_id}"
        file = sent.get(str(info.get("importDataSourceId")))
        rejects = collect_rejects(self._catalogue, info, outcome, dump, file, folder)
        return result_of_import(outcome, str(info["name"]), rejects, file, kind="import", **facts)

    def _name_of(self, outcome: Outcome) -> str:
        """Name an action that is not an import; a name must not stop what has run."""
        if outcome.name:
            return outcome.name
        names: dict[str, str] = {}
        with suppress(AnaplanError, KeyError):
            names = {str(action["id"]): str(action["name"]) for action in self._actions()}
        return names.get(outcome.object_id, outcome.object_id)


def _find_optimizer(
    steps: Sequence[Mapping[str, Any]], action: str | None, *, owner: str
) -> tuple[str, str]:
    """Return the id and name of the optimizer action among the steps of the process `owner`."""
    names = {
        str(step["id"]): str(step.get("name"))
        for step in steps
        if step.get("actionType") == "OPTIMIZER"
    }
    if action is not None:
        found = find_id(action, names, kind="optimizer actions", owner=f"of {owner}")
        return found, names[found]
    if not names:
        raise NotFound(
            f"The {owner} runs no optimizer action, so it has no solution log. Ask for the log of "
            "one that does."
        )
    if len(names) > 1:
        raise AmbiguousName(
            f"The {owner} runs {len(names)} optimizer actions. Choose one with action=: "
            f"{listed(list(names.values()))}."
        )
    return next(iter(names.items()))


def _together(nested: list[WriteResult]) -> Rejects:
    """Gather the rejected rows of several imports under the imports' names."""
    return Rejects(
        rejected=stacked({result.target: result.rejected for result in nested}),
        unmatched=stacked({result.target: result.unmatched for result in nested}),
        note="\n".join(result.note for result in nested if result.note),
    )
