"""What a tenant answers to reads of all that a model has, to be compared with a clone's answers."""

from __future__ import annotations

from collections.abc import Iterator

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import Http, in_model

TIME, VERSIONS = "20000000003", "20000000020"
LISTINGS = (
    *("lists", "modules", "views", "files", "imports", "exports", "actions", "processes"),
    *("lineItems?includeAll=true", "versions", "modelCalendar", "currentPeriod"),
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
    for module in model.modules.values():
        item = module.line_items[-1].id
        yield f"lineItems/{item}/dimensions"
        for dimension in module.dimensions:
            yield f"lineItems/{item}/dimensions/{dimension.id}/items"
    for view in model.views.values():
        yield f"views/{view.id}"
        yield f"views/{view.id}/data?exportType=TABULAR_MULTI_COLUMN&moduleId={view.module.id}"
    for kind in ("imports", "exports", "processes"):
        yield from (f"{kind}/{id_}" for id_ in getattr(model, kind))
