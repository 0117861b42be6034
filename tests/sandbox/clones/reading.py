"""What a tenant answers to reads of all that a model has, to be compared with a clone's answers."""

from __future__ import annotations

from collections.abc import Iterator

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import Http, in_model

TIME, VERSIONS = "20000000003", "20000000020"
LISTINGS = (
    *("lists", "modules", "views", "files", "imports", "exports", "actions", "processes"),
    *("views?includesubsidiaryviews=true", "lineItems?includeAll=true"),
    *("versions", "modelCalendar", "currentPeriod"),
)


def answers(sandbox: Sandbox) -> dict[str, tuple[int, str]]:
    """Return the answers of a running tenant with one model, by path."""
    [model] = sandbox.models.values()
    asked = in_model(Http(sandbox), model)
    found: dict[str, tuple[int, str]] = {}
    for path in paths(model):
        answer = asked.get(f"/{path}")
        # The address of the server stands in what is said of pages.
        found[path] = (answer.status_code, answer.text.replace(sandbox.api_url, ""))
    return found


def paths(model: Model) -> Iterator[str]:
    """Yield the paths of all that can be read."""
    yield from LISTINGS
    for lst in model.lists.values():
        yield f"lists/{lst.id}"
        yield f"lists/{lst.id}/items?includeAll=true"
        yield f"dimensions/{lst.id}/items"
        yield from (f"dimensions/{subset}/items" for subset in lst.subsets.values())
    for table in model.tables:  # that of a line item with dimensions of its own among them
        for item in table.line_items:
            yield f"lineItems/{item.id}/dimensions"
            for dimension in table.dimensions if table.has_cells_of(item) else ():
                yield f"lineItems/{item.id}/dimensions/{dimension.id}/items"
    for view in (*model.views.values(), *model.subsidiary_views.values()):
        module = view.module.whole or view.module
        yield f"views/{view.id}"
        yield f"views/{view.id}/data?exportType=TABULAR_MULTI_COLUMN&moduleId={module.id}"
        yield f"views/{view.id}/data?exportType=GRID_ALL_PAGES"
    for kind in ("imports", "exports", "processes"):
        yield from (f"{kind}/{id_}" for id_ in getattr(model, kind))
