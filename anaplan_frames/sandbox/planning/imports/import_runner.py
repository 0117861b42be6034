"""Runs of imports: read the uploaded file, check and load its rows, dump rejected ones."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb

from anaplan_frames.sandbox.planning.action_outcome import Outcome, Watch, failed
from anaplan_frames.sandbox.planning.imports import (
    import_counts,
    list_import,
    module_import,
    row_faults,
)
from anaplan_frames.sandbox.planning.imports.dump_file import write_dump
from anaplan_frames.sandbox.planning.imports.import_plan import (
    ImportFailure,
    ImportPlan,
    ParameterError,
)
from anaplan_frames.sandbox.planning.imports.prepared_upload import Upload, prepare
from anaplan_frames.sandbox.planning.imports.row_staging import stage
from anaplan_frames.sandbox.planning.schema.access_rights import FULL, Access
from anaplan_frames.sandbox.planning.schema.action_definitions import ImportDefinition
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition, ModuleDefinition
from anaplan_frames.sandbox.planning.store.database import Store


def run_import(
    store: Store,
    definition: ImportDefinition,
    source: Path | None,
    parameters: Mapping[str, str],
    watch: Watch,
    access: Access = FULL,
) -> Outcome:
    """Run an import in one transaction; see `Model.run_import`."""
    if denial := _denial(definition.into, access):
        return denial
    if source is None or not source.exists():
        return failed(
            "uploadedFileNoLongerAvailable",
            f"The file {definition.file.name} has no content any more; upload it again.",
        )
    with tempfile.TemporaryDirectory(dir=store.folder) as folder:
        watch.step("Preparing the file", 0.02)
        upload = prepare(source, definition.file, Path(folder))
        missing = [name for name in definition.mapping if name not in upload.headers]
        if missing:
            names = ", ".join(missing)
            return failed("missingFields", f"Columns that are mapped are not in the file: {names}")
        if definition.options.across and set(upload.headers) <= definition.mapping.keys():
            return failed("missingFields", f"No columns for {definition.options.across}")
        try:
            asked = _parameters(definition, parameters)
            plan = _plan(definition, upload, asked, access)
            with store.transaction() as con:
                stage(con, upload, definition.file, Path(folder), watch)
                return _load(con, store, definition, plan, watch)
        except ImportFailure as error:
            return failed(error.kind, str(error))


def _load(
    con: duckdb.DuckDBPyConnection,
    store: Store,
    definition: ImportDefinition,
    plan: ImportPlan,
    watch: Watch,
) -> Outcome:
    """Load the staged rows; write a failure dump if any was rejected."""
    row_faults.create_table(con)
    into = definition.into
    if isinstance(into, ListDefinition):
        counted = list_import.load(con, into, plan, watch)
        kind = "hierarchy"
    else:
        counted = module_import.load(con, into, plan, watch)
        kind = "lineItem"
    details = [import_counts.summary(counted, into.name, kind), *row_faults.details(con)]
    if not counted.failed:
        return Outcome(successful=True, details=details, imperfect=counted.ignored > 0)
    handle, name = tempfile.mkstemp(suffix=".csv", dir=store.folder)
    os.close(handle)
    write_dump(con, plan.headers, Path(name), watch)
    return Outcome(successful=True, details=details, dump=Path(name), imperfect=True)


def _parameters(definition: ImportDefinition, given: Mapping[str, str]) -> dict[str, str]:
    """Return a value for every parameter that the import asks for."""
    names = {name.casefold(): name for name in definition.parameters}
    values = dict(definition.parameters)
    for name, value in given.items():
        if name.casefold() not in names:
            raise ParameterError(f"The import {definition.name} does not ask for {name!r}.")
        values[names[name.casefold()]] = value
    for name, chosen in values.items():
        if chosen is None:
            raise ParameterError(f"The import {definition.name} asks for {name!r}.")
    return {name: chosen for name, chosen in values.items() if chosen is not None}


def _denial(into: ListDefinition | ModuleDefinition, access: Access) -> Outcome | None:
    """Return how an import ends whose target the user may not write to; None if it may."""
    if isinstance(into, ListDefinition):
        if access.list_level(into.id) != "write":
            return failed("notAuthorised", f"Not authorized to import into list {into.name}")
    elif access.module_level((into.whole or into).id) != "write":
        return failed("moduleImportNoWriteAccess", f"No write access to module {into.name}")
    return None


def _plan(
    definition: ImportDefinition, upload: Upload, asked: dict[str, str], access: Access
) -> ImportPlan:
    options, mapping = definition.options, definition.mapping
    columns = {target: f"c{upload.headers.index(header)}" for header, target in mapping.items()}
    return ImportPlan(
        columns,
        upload.headers,
        definition.file.decimal_separator,
        definition.match_by,
        asked,
        {mapping.get(column, column): pattern for column, pattern in options.formats.items()},
        options.across,
        tuple(f"c{n}" for n, header in enumerate(upload.headers) if header not in mapping)
        if options.across
        else (),
        options.line_item,
        options.clear,
        options.identify,
        options.duplicates == "reject",
        options.unique_names,
        access,
    )
