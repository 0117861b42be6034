"""The first page: the models of the tenant by workspace, and the tasks that were started last."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.requests import Request

from anaplan_frames.sandbox.console.fault_overview import faults_in_force
from anaplan_frames.sandbox.console.html_elements import Html, fragment
from anaplan_frames.sandbox.console.page_document import Page
from anaplan_frames.sandbox.console.page_parts import badge, code, facts, link, section, table
from anaplan_frames.sandbox.console.task_tables import task_table
from anaplan_frames.sandbox.http.response_envelope import base_url
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from anaplan_frames.sandbox.routes.request_context import caller, tenant_of
from anaplan_frames.sandbox.tenant.action_runner import access_to

_TASKS = 20


def overview(request: Request) -> Page:
    """Show workspaces, models and recent tasks."""
    tenant, user = tenant_of(request), caller(request)
    models = {model.id: model for model in visible_models(request)}
    tasks = [task for task in tenant.tasks.all() if task.model_id in models]
    struck = len(tenant.faults.struck)
    about = facts(
        [
            ("API and sign-in URL", code(base_url(request))),
            ("Your email", user.email),
            ("Faults in force", link(str(faults_in_force(tenant.faults)), "faults")),
            ("Requests that failed by a fault", f"{struck:,}"),
        ]
    )
    groups = [
        _workspace(workspace, [each for each in workspace.models.values() if each.id in models])
        for workspace in tenant.workspaces.values()
        if user.may_enter(workspace.id)
    ]
    recent = section("Latest tasks", task_table(models, tasks[-_TASKS:]), count=len(tasks))
    return Page("Overview", fragment(about, groups, recent))


def visible_models(request: Request) -> Iterator[Model]:
    """Yield the models that the API lists to the user, but those of which only parts are shown."""
    user = caller(request)
    for model in tenant_of(request).models.values():
        listed = user.may_use(model.id) and user.may_enter(model.workspace.id)
        if listed and not access_to(model, user).is_limited:
            yield model


def model_state(model: Model) -> Html:
    """Show whether a model can be used."""
    if model.state != "UNLOCKED":
        return badge(model.state.capitalize().replace("_", " "), "busy")
    return badge("Open", "good") if model.is_open else badge("Closed")


def _workspace(workspace: Workspace, models: list[Model]) -> Html:
    rows = [
        (
            link(model.name, "models", model.id),
            model_state(model),
            len(model.lists),
            len(model.modules),
            len(model.files),
            len(model.imports),
            len(model.exports),
            len(model.processes),
            code(model.id),
        )
        for model in models
    ]
    headers = ("Model", "State", "Lists", "Modules", "Files", "Imports", "Exports", "Processes")
    shown = table((*headers, "Id"), rows, "No models that you may use.")
    return section(workspace.name, facts([("Workspace id", code(workspace.id))]), shown)
