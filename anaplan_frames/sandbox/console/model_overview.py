"""What a model consists of: its lists, modules, files and actions, and the tasks that ran in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from starlette.requests import Request

from anaplan_frames.sandbox.console.html_elements import Child, Html, element, fragment
from anaplan_frames.sandbox.console.page_document import Page
from anaplan_frames.sandbox.console.page_parts import (
    address,
    code,
    facts,
    link,
    name,
    section,
    table,
)
from anaplan_frames.sandbox.console.task_tables import task_table
from anaplan_frames.sandbox.console.tenant_overview import model_state
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.action_definitions import ImportDefinition
from anaplan_frames.sandbox.planning.schema.definitions import Dimension
from anaplan_frames.sandbox.planning.store import list_tables
from anaplan_frames.sandbox.routes.request_context import overseen_model, tenant_of
from anaplan_frames.sandbox.tenant.tenant_state import Tenant

_TASKS = 50


def overview_of_model(request: Request) -> Page:
    """Show all things of a model, with links to those that hold data."""
    tenant, model = tenant_of(request), overseen_model(request)
    tasks = [task for task in tenant.tasks.all() if task.model_id == model.id]
    sections = [
        ("lists", "Lists", len(model.lists), _lists(model)),
        ("modules", "Modules", len(model.modules), _modules(model)),
        ("files", "Files", len(model.files), _files(tenant, model)),
        ("imports", "Imports", len(model.imports), _imports(model)),
        ("exports", "Exports", len(model.exports), _exports(model)),
        ("actions", "Other actions", len(model.actions), _actions(model)),
        ("processes", "Processes", len(model.processes), _processes(model)),
        ("tasks", "Tasks", len(tasks), task_table({model.id: model}, tasks[-_TASKS:])),
    ]
    about = facts(
        [
            ("Workspace", name(model.workspace.name)),
            ("Model id", code(model.id)),
            ("State", model_state(model)),
            ("Periods", f"{len(model.calendar.leaves):,} without totals"),
            ("Versions", ", ".join(version.name for version in model.versions)),
        ]
    )
    jumps = [element("li", element("a", title, href=f"#{id}")) for id, title, *_ in sections]
    body = [section(title, shown, count=count, id=id) for id, title, count, shown in sections]
    whole = fragment(about, element("ul", jumps, class_="tabs"), body)
    return Page(model.name, whole, [("Overview", "/")])


def trail_of(model: Model) -> list[tuple[str, str]]:
    """Return the pages above one of something in a model."""
    return [("Overview", "/"), (model.name, address("models", model.id))]


def dimension_names(model: Model, dimensions: Iterable[Dimension]) -> Html:
    """Show dimensions, with links to their lists."""
    return _joined(
        name(each.name)
        if each.list is None
        else link(each.name, "models", model.id, "lists", each.list.id)
        for each in dimensions
    )


def _joined(parts: Iterable[Html]) -> Html:
    return fragment(*_with_commas(parts))


def _with_commas(parts: Iterable[Html]) -> Iterator[Child]:
    for place, part in enumerate(parts):
        yield from (", ", part) if place else (part,)


def _lists(model: Model) -> Html:
    with model.store.reading() as con:
        counts = {lst.id: list_tables.item_count(con, lst) for lst in model.lists.values()}
    rows = [
        (
            link(lst.name, "models", model.id, "lists", lst.id),
            counts[lst.id],
            name(lst.parent.name) if lst.parent else "",
            ", ".join(lst.properties),
            ", ".join(lst.subsets),
            code(lst.id),
        )
        for lst in model.lists.values()
    ]
    return table(("List", "Items", "Parent list", "Properties", "Subsets", "Id"), rows)


def _modules(model: Model) -> Html:
    rows = [
        (
            link(module.name, "models", model.id, "views", module.id),
            dimension_names(model, module.dimensions),
            len(module.line_items),
            _joined(
                link(view.name, "models", model.id, "views", view.id)
                for view in model.views.values()
                if view.module is module and view.id != module.id
            ),
            code(module.id),
        )
        for module in model.modules.values()
    ]
    return table(("Module", "Dimensions", "Line items", "Saved views", "Id"), rows)


def _files(tenant: Tenant, model: Model) -> Html:
    rows = [
        (
            link(file.name, "models", model.id, "files", file.id),
            ", ".join(file.header_names),
            len(tenant.contents.all(model.id, file.id)),
            code(file.id),
        )
        for file in model.files.values()
    ]
    return table(("File", "Columns", "Uploads", "Id"), rows)


def _imports(model: Model) -> Html:
    rows = [
        (name(each.name), _source(model, each), name(each.into.name), _mapping(each), code(each.id))
        for each in model.imports.values()
    ]
    return table(("Import", "From", "Into", "Mapping", "Id"), rows)


def _source(model: Model, each: ImportDefinition) -> Html:
    if each.source is None:
        return link(each.file.name, "models", model.id, "files", each.file.id)
    return fragment(name(each.file.name), " of model ", name(each.source.model_name))


def _mapping(each: ImportDefinition) -> Html:
    return _joined(
        fragment(name(column), " → ", name(target)) for column, target in each.mapping.items()
    )


def _exports(model: Model) -> Html:
    rows = [
        (
            link(each.name, "models", model.id, "exports", each.id),
            name(each.of.name),
            code(each.layout),
            code(each.id),
        )
        for each in model.exports.values()
    ]
    return table(("Export", "Of", "Layout", "Id"), rows)


def _actions(model: Model) -> Html:
    rows = [
        (name(each.name), code(each.action_type), code(each.id)) for each in model.actions.values()
    ]
    return table(("Action", "Type", "Id"), rows)


def _processes(model: Model) -> Html:
    rows = [
        (name(each.name), _joined(name(one.name) for one in each.actions), code(each.id))
        for each in model.processes.values()
    ]
    return table(("Process", "Actions", "Id"), rows)
