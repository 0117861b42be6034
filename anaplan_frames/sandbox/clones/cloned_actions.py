"""The files, imports, exports, other actions and processes of a snapshot.

What the API does not show of them is taken from `mappings.toml`, or guessed by equal names if there
is no doubt. All others keep their ids and names, and a run of them fails and says what to fill in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anaplan_frames.sandbox.clones.clone_report import CloneReport
from anaplan_frames.sandbox.clones.import_guesses import (
    Source,
    Target,
    guess_export,
    guess_import,
    target_name,
)
from anaplan_frames.sandbox.clones.mapping_file import Kind, Mappings
from anaplan_frames.sandbox.clones.opened_snapshot import MAPPINGS, OpenedSnapshot
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.action_definitions import (
    DeleteDefinition,
    ExportDefinition,
    FileDefinition,
    ImportDefinition,
)
from anaplan_frames.sandbox.planning.schema.definitions import (
    LineItem,
    ListDefinition,
    ModuleDefinition,
    ViewDefinition,
)

_NO_LIST = ListDefinition("0", "a list that is not known")
_NO_MODULE = ModuleDefinition("0", "a module that is not known", (), ())
_NOUNS: Mapping[Kind, str] = {"imports": "import", "exports": "export", "actions": "action"}
_SETTINGS = ("ready", "name", "into", "of", "columns")  # of a section; others are the builder's


class ActionCloner:
    """Makes the actions of one model."""

    def __init__(
        self, model: Model, snapshot: OpenedSnapshot, mappings: Mappings, report: CloneReport
    ) -> None:
        self._model = model
        self._snapshot = snapshot
        self._mappings = mappings
        self._report = report

    def build(self) -> None:
        """Make all of them: files before imports, processes last."""
        headers = self._headers_by_file()
        for record in self._snapshot.records("files"):
            self._file(record, headers.get(str(record["id"])))
        for record in self._snapshot.records("imports"):
            self._import(record)
        for record in self._snapshot.records("exports"):
            self._export(record)
        for record in self._snapshot.records("actions"):
            self._action(record)
        for record in self._snapshot.records("processes"):
            self._process(record)

    def _headers_by_file(self) -> dict[str, dict[str, Any]]:
        """Return what imports say of the files that they read, by the file's id."""
        found = {}
        for record in self._snapshot.records("imports"):
            metadata = self._snapshot.json(f"imports/{record['id']}").get("importMetadata") or {}
            if metadata.get("source", {}).get("headerNames"):
                found[str(record.get("importDataSourceId"))] = metadata["source"]
        return found

    def _file(self, record: Mapping[str, Any], source: Mapping[str, Any] | None) -> None:
        id_, name = str(record["id"]), str(record["name"])
        if id_ in {str(one["id"]) for one in self._snapshot.records("exports")}:
            return  # the output of an export, which the sandbox lists itself
        if source is None:
            why = "No import shows its columns. Uploads to it are kept as they are."
            self._report.add("file", id_, name, "assumed", why)
        header = int(_first(source, record, "headerRow", 1))
        first = max(int(_first(source, record, "firstDataRow", 2)), header + 1)
        settings: dict[str, Any] = {
            "separator": str(_first(source, record, "columnSeparator", "", "separator") or ","),
            "delimiter": str(_first(source, record, "textDelimiter", "", "delimiter")),
            "encoding": str(_first(source, record, "textEncoding", "", "encoding") or "UTF-8"),
            "header_row": header,
            "first_data_row": first,
            "decimal_separator": str(_first(source, record, "decimalSeparator", ".")),
        }
        columns = [str(one) for one in (source or {}).get("headerNames") or [""]]
        try:
            self._model.file(name, id_, columns, **settings)
        except ValueError as error:
            self._model.release_id(id_)
            self._model.file(name, id_, columns)
            why = f"{error} The file has the usual dialect."
            self._report.add("file", id_, name, "not copied", why)

    def _import(self, record: Mapping[str, Any]) -> None:
        id_, name = str(record["id"]), str(record["name"])
        kind = str(record.get("importType") or "")
        source_id = str(record.get("importDataSourceId") or "")
        file = self._model.files.get(source_id) or self._columns_of_model(id_, source_id, name)
        guess = guess_import(self._model, file, kind)
        section = self._mappings.section("imports", id_)
        if section is None and not guess.certain:
            self._mappings.suggest(
                "imports",
                id_,
                {
                    "name": name,
                    "ready": False,
                    "into": target_name(guess.into) if guess.into else "",
                    "match_by": "either",
                    "columns": guess.mapping,
                },
            )
        if section is None and guess.certain and guess.into is not None:
            section = {"ready": True, "into": guess.into.id, "columns": guess.mapping}
            why = f"By the names of its columns it loads into {target_name(guess.into)!r}."
            self._report.add("import", id_, name, "assumed", why)
        why = self._unready(section)
        if not why:
            try:
                self._build_import(id_, name, file, section or {})
                return
            except (ValueError, TypeError) as error:
                self._model.release_id(id_)
                why = str(error)
        into: Target = _NO_LIST if kind == "HIERARCHY_DATA" else _NO_MODULE
        blocked = self._block("imports", id_, name, why)
        self._model.imports[id_] = ImportDefinition(id_, name, file, into, {}, blocked=blocked)

    def _columns_of_model(self, id_: str, source_id: str, name: str) -> FileDefinition:
        """Return the columns of an import that reads no file."""
        metadata = self._snapshot.json(f"imports/{id_}").get("importMetadata") or {}
        columns = (metadata.get("source") or {}).get("headerNames") or [""]
        return FileDefinition(source_id or "0", name, tuple(str(one) for one in columns))

    def _build_import(
        self, id_: str, name: str, file: FileDefinition, section: Mapping[str, Any]
    ) -> None:
        into = self._find(str(section.get("into") or ""), views=False)
        columns = section.get("columns") or {}
        if not isinstance(columns, dict):
            raise ValueError("Its columns must be a section: column of the file = target.")
        mapping = {str(column): str(target) for column, target in columns.items() if target}
        options = {key: value for key, value in section.items() if key not in _SETTINGS}
        if file.id in self._model.files:
            self._model.import_(name, file, into, id_, mapping, **options)
            return
        source = self._find(file.id, views=True)
        self._model.import_from_model(name, source, into, id_, mapping, **options)

    def _export(self, record: Mapping[str, Any]) -> None:
        id_, name = str(record["id"]), str(record["name"])
        shown = self._snapshot.json(f"exports/{id_}").get("exportMetadata") or {}
        layout = str(record.get("layout") or record.get("exportType") or shown.get("layout") or "")
        section = self._mappings.section("exports", id_)
        if section is None:
            guess = guess_export(self._model, id_, layout, shown)
            of = guess.of.id if guess.of else ""
            section = {"ready": guess.certain, "of": of, **guess.options}
            if guess.certain:
                why = "By its columns and rows; whether it leaves out empty rows is not shown."
                self._report.add("export", id_, name, "assumed", why)
            else:
                named = {**section, "of": _source_name(guess.of) if guess.of else ""}
                self._mappings.suggest("exports", id_, {"name": name, **named})
        dialect: dict[str, Any] = {
            "separator": str(shown.get("separator") or ","),
            "delimiter": str(shown.get("delimiter") or ""),
            "encoding": str(shown.get("encoding") or record.get("encoding") or "UTF-8"),
        }
        why = self._unready(section)
        if not why:
            try:
                of_ = self._find(str(section.get("of") or ""), views=True)
                options = {key: value for key, value in section.items() if key not in _SETTINGS}
                self._model.export(name, of_, layout, id_, **{**dialect, **options})
                return
            except (ValueError, TypeError) as error:
                self._model.release_id(id_)
                why = str(error)
        blocked = self._block("exports", id_, name, why)
        self._model.exports[id_] = ExportDefinition(
            id_, name, _NO_LIST, layout, **dialect, blocked=blocked, shown_metadata=shown
        )

    def _action(self, record: Mapping[str, Any]) -> None:
        id_, name = str(record["id"]), str(record["name"])
        kind = str(record.get("actionType") or "")
        if kind.startswith("OPTIMIZER"):
            self._model.optimizer_action(name, "", id_)
            why = "It optimizes nothing, and its log is empty."
            self._report.add("action", id_, name, "assumed", why)
            return
        section = self._mappings.section("actions", id_)
        if section is None and kind == "DELETE_BY_SELECTION":
            self._mappings.suggest(
                "actions", id_, {"name": name, "ready": False, "of": "", "where": ""}
            )
        why = self._unready(section)
        if kind != "DELETE_BY_SELECTION":
            why = f"The sandbox has no actions of the type {kind!r}."
        if not why and section is not None:
            try:
                lst = self._find(str(section.get("of") or ""), views=False)
                if not isinstance(lst, ListDefinition):
                    raise ValueError(f"{lst.name!r} is not a list. Name a list.")
                given = section.items()
                options = {key: value for key, value in given if key not in _SETTINGS and value}
                self._model.delete_action(name, lst, id_, **options)
                return
            except (ValueError, TypeError) as error:
                self._model.release_id(id_)
                why = str(error)
        blocked = self._block("actions", id_, name, why)
        self._model.actions[id_] = DeleteDefinition(
            id_, name, _NO_LIST, action_type=kind, blocked=blocked
        )

    def _process(self, record: Mapping[str, Any]) -> None:
        id_, name = str(record["id"]), str(record["name"])
        metadata = self._snapshot.json(f"processes/{id_}").get("processMetadata")
        if metadata is None:
            why = self._snapshot.why_missing(f"processes/{id_}")
            self._report.add("process", id_, name, "not copied", why)
            return
        known = {**self._model.imports, **self._model.exports, **self._model.actions}
        steps = [str(step["id"]) for step in metadata.get("actions") or ()]
        missing = [step for step in steps if step not in known]
        if missing:
            why = f"Steps that are not in the clone are left out: {', '.join(missing)}."
            self._report.add("process", id_, name, "not copied", why)
        self._model.process(name, [known[step] for step in steps if step in known], id_)

    def _unready(self, section: Mapping[str, Any] | None) -> str:
        """Return why a section cannot be used; empty if it can."""
        if section is None or section.get("ready") is not True:
            return "What it does is not shown by the API."
        return ""

    def _block(self, kind: Kind, id_: str, name: str, why: str) -> str:
        """Add to the report that something cannot run, and return what a run of it answers."""
        self._report.add(_NOUNS[kind], id_, name, "to fill in", why)
        return (
            f"The clone cannot run the {_NOUNS[kind]} {name!r}. {why} Fill in [{kind}.{id_}] of"
            f" {MAPPINGS}, set ready = true, and open the folder again."
        )

    def _find(self, wanted: str, *, views: bool) -> Any:
        """Return the list, module or (if asked for) view with this id or name.

        A line item with dimensions of its own is one of them, too: ``Module.Line item``.
        """
        every: list[tuple[str, Source | LineItem]] = []
        every += [(lst.name, lst) for lst in self._model.lists.values()]
        every += [(module.name, module) for module in self._model.modules.values()]
        every += [
            (target_name(part), part.line_items[0])
            for module in self._model.modules.values()
            for part in module.parts.values()
        ]
        if views:
            saved = (v for id_, v in self._model.views.items() if id_ not in self._model.modules)
            every += [(view.name, view) for view in saved]
        found = [one for _, one in every if one.id == wanted] or [
            one for name, one in every if name.casefold() == wanted.casefold()
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(f"Several lists, modules or views are called {wanted!r}: give an id.")
        kinds = "list, module or view" if views else "list or module"
        raise ValueError(f"The clone has no {kinds} {wanted!r}. Use a name or id that it has.")


def _source_name(of: Source) -> str:
    """Return what is called so in `mappings.toml`."""
    if isinstance(of, ViewDefinition) and of.module.whole is not None:
        return target_name(of.module)
    return of.name


def _first(
    source: Mapping[str, Any] | None,
    record: Mapping[str, Any],
    key: str,
    default: Any,
    own: str = "",
) -> Any:
    """Return what an import says of its file, else what the file's own record says."""
    for each, name in ((source or {}, key), (record, own or key)):
        if each.get(name) is not None:
            return each[name]
    return default
