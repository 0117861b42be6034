"""Endpoints that list and describe the imports, exports, actions and processes of a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.listing_parameters import flag
from anaplan_frames.sandbox.http.response_envelope import answer, not_found
from anaplan_frames.sandbox.planning.schema.action_definitions import (
    ActionDefinition,
    DeleteDefinition,
    ExportDefinition,
    ImportDefinition,
    OptimizerDefinition,
    ProcessDefinition,
)
from anaplan_frames.sandbox.routes.model_listings import listing
from anaplan_frames.sandbox.routes.request_context import (
    access_of,
    both_forms,
    visible_model,
    working_model,
)

DefinitionT = TypeVar("DefinitionT")


def imports(request: Request) -> Response:
    """List the imports."""
    definitions = _runnable(request, visible_model(request).imports)
    return listing(request, "import", "imports", map(_import, definitions))


def exports(request: Request) -> Response:
    """List the exports."""
    definitions = _runnable(request, visible_model(request).exports)
    return listing(request, "export", "exports", map(_export, definitions))


def actions(request: Request) -> Response:
    """List the other actions, which delete items or run the optimizer."""
    definitions = _runnable(request, visible_model(request).actions)
    return listing(request, "action", "actions", map(_action, definitions))


def processes(request: Request) -> Response:
    """List the processes."""
    definitions = _runnable(request, visible_model(request).processes)
    return listing(request, "process", "processes", map(_process, definitions))


def import_metadata(request: Request) -> Response:
    """Show what an import expects of its file."""
    definition = _shown(request, working_model(request).imports)
    file = definition.file
    metadata = {
        "name": definition.name,
        "type": _source(definition)["type"],
        "source": {
            "textEncoding": file.encoding,
            "columnSeparator": file.separator,
            "textDelimiter": file.delimiter,
            "headerRow": file.header_row,
            "firstDataRow": file.first_data_row,
            "decimalSeparator": file.decimal_separator,
            "headerNames": list(file.header_names),
            "columnCount": len(file.columns),
        },
    }
    return answer(request, "importMetadata", importMetadata=metadata)


def export_metadata(request: Request) -> Response:
    """Show the columns and the dialect of an export."""
    model = working_model(request)
    definition = _shown(request, model.exports)
    shown = model.export_metadata(definition, access_of(request))
    return answer(request, "exportMetadata", exportMetadata=shown)


def action_metadata(request: Request) -> Response:
    """Show one of the other actions."""
    definition = _shown(request, working_model(request).actions)
    return answer(request, "action", action=_action(definition))


def process_metadata(request: Request) -> Response:
    """Show the actions of a process, in their order."""
    definition = _shown(request, working_model(request).processes)
    with_source = flag(request, "showImportDataSource")
    steps = [_step(action, with_source=with_source) for action in definition.actions]
    metadata = {"name": definition.name, "actions": steps}
    return answer(request, "process", processMetadata=metadata)


def _runnable(request: Request, definitions: Mapping[str, DefinitionT]) -> list[DefinitionT]:
    """Return the actions that the user may run."""
    access = access_of(request)
    return [each for id, each in definitions.items() if access.may_run(id)]


def _shown(request: Request, definitions: Mapping[str, DefinitionT]) -> DefinitionT:
    """Return the action in the path; 404 if the user may not run it, or there is none."""
    definition = definitions.get(request.path_params["id"])
    if definition is None or not access_of(request).may_run(request.path_params["id"]):
        raise not_found()
    return definition


def _import(definition: ImportDefinition) -> dict[str, Any]:
    return {
        "id": definition.id,
        "name": definition.name,
        "importDataSourceId": definition.file.id,
        "importType": definition.import_type,
    }


def _source(definition: ImportDefinition) -> dict[str, str]:
    """Show what an import reads: a file, or something of a model."""
    source = definition.source
    shown = {
        "importDataSourceId": definition.file.id,
        "type": "FILE" if source is None else "MODEL",
    }
    if source is not None:
        shown["sourceModelId"] = source.model_id
        shown["sourceModelName"] = source.model_name
        shown["sourceWorkspaceId"] = source.workspace_id
    return shown


def _export(definition: ExportDefinition) -> dict[str, Any]:
    return {
        "id": definition.id,
        "name": definition.name,
        "exportType": definition.layout,
        "exportFormat": definition.format,
        "encoding": definition.encoding,
        "layout": definition.layout,
    }


def _action(definition: DeleteDefinition | OptimizerDefinition) -> dict[str, Any]:
    return {
        "id": definition.id,
        "name": definition.name,
        "actionType": definition.action_type,
    }


def _process(definition: ProcessDefinition) -> dict[str, Any]:
    return {"id": definition.id, "name": definition.name}


def _step(action: ActionDefinition, *, with_source: bool) -> dict[str, Any]:
    """Show an action as a step of a process."""
    if isinstance(action, ImportDefinition):
        step = {**_import(action), "actionType": "IMPORT"}
        if with_source:
            step["importDataSource"] = _source(action)
        return step
    if isinstance(action, ExportDefinition):
        step = {**_export(action), "actionType": "EXPORT"}
        del step["encoding"]  # only the list of exports shows it
        return step
    return _action(action)


_ENDPOINTS: dict[str, Callable[[Request], Response]] = {
    "/imports": imports,
    "/exports": exports,
    "/actions": actions,
    "/processes": processes,
    "/imports/{id}": import_metadata,
    "/exports/{id}": export_metadata,
    "/actions/{id}": action_metadata,
    "/processes/{id}": process_metadata,
}

routes: list[Route] = [
    route for path, endpoint in _ENDPOINTS.items() for route in both_forms(path, endpoint)
]
