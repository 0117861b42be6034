"""Endpoints of CloudWorks for integrations, their schedules and flows."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.listing_parameters import sort_leniently
from anaplan_frames.sandbox.routes.cloudworks_answers import (
    PREFIX,
    answered,
    done,
    listing,
    made,
    note,
    route,
)
from anaplan_frames.sandbox.routes.cloudworks_forms import (
    flow_detail,
    flow_summary,
    integration_detail,
    integration_summary,
)
from anaplan_frames.sandbox.routes.request_context import json_body
from anaplan_frames.sandbox.tenant.cloudworks_records import CloudWorksError, display_name
from anaplan_frames.sandbox.tenant.cloudworks_state import MOST_INTEGRATIONS, CloudWorks
from anaplan_frames.sandbox.tenant.tenant_users import User

_SORT = {"name": "name"}
_STATUSES = {"enabled": "Active", "disabled": "Inactive"}
_NO_ROUTE = "<html><head><title>404 Not Found</title></head></html>"


async def integrations(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """List the integrations of the models that the user may use."""
    held = [each for each in cloudworks.integrations.values() if user.may_use(each.model_id)]
    if request.query_params.get("myIntegrations") == "1":
        held = [each for each in held if each.stamp.created_by == display_name(user)]
    order = request.query_params.get("sortBy")
    shown = sort_leniently(map(integration_summary, held), order, _SORT)
    count = len(cloudworks.integrations) + len(cloudworks.flows)
    limits = {"tenantCurrentCount": count, "tenantMaxAllowed": MOST_INTEGRATIONS}
    return listing(request, "integrations", "integrations", shown, **limits)


async def create_integration(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Make an integration."""
    id = cloudworks.add_integration(user, await json_body(request)).id
    note(request, "INT-05", id)
    return made(integration={"integrationId": id})


async def integration(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Show an integration with its jobs."""
    held = cloudworks.integration(user, request.path_params["integration"])
    shown = integration_detail(held, cloudworks.connections)
    return answered(request, "integration", integration=shown)


async def replace_integration(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Replace all settings of an integration."""
    id = request.path_params["integration"]
    cloudworks.change_integration(user, id, await json_body(request))
    note(request, "INT-04", id)
    return done()


async def delete_integration(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Delete an integration that does not run."""
    cloudworks.delete_integration(user, request.path_params["integration"])
    note(request, "INT-07", request.path_params["integration"])
    return done()


async def not_routed(request: Request) -> Response:
    """Answer as the web server does to paths that CloudWorks does not serve any more."""
    return HTMLResponse(_NO_ROUTE, 404)


async def create_schedule(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Schedule an integration."""
    body = await json_body(request)
    cloudworks.add_schedule(user, request.path_params["integration"], body.get("schedule"))
    return done()


async def replace_schedule(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Replace a schedule; the integration's id must be in the body, too."""
    body, id = await json_body(request), request.path_params["integration"]
    if body.get("integrationId") != id:
        raise CloudWorksError(400, "Invalid value for integration_id")
    cloudworks.change_schedule(user, id, body.get("schedule"))
    return done()


async def delete_schedule(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Delete a schedule."""
    cloudworks.scheduled(user, request.path_params["integration"]).schedule = None
    return done()


async def set_status(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Enable or disable a schedule."""
    status = _STATUSES.get(request.path_params["status"])
    held = cloudworks.scheduled(user, request.path_params["integration"])
    if status is None or held.schedule is None:
        raise CloudWorksError(404, "Resource not found")
    held.schedule["status"] = status
    return done()


async def flows(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """List the flows."""
    held = list(cloudworks.flows.values())
    if request.query_params.get("myIntegrations") == "1":
        held = [each for each in held if each.stamp.created_by == display_name(user)]
    shown = list(map(flow_summary, held))
    return listing(request, "integrationflows", "integrationFlows", shown)


async def create_flow(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Make a flow."""
    id = cloudworks.add_flow(user, await json_body(request)).id
    return made(integrationFlow={"integrationFlowId": id})


async def flow(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Show a flow with its steps."""
    held = cloudworks.flow(request.path_params["flow"])
    shown = flow_detail(held, cloudworks.integrations)
    return answered(request, "integrationflow", integrationFlow=shown)


async def replace_flow(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Replace the name and the steps of a flow."""
    cloudworks.change_flow(user, request.path_params["flow"], await json_body(request))
    return done()


async def delete_flow(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Delete a flow that does not run."""
    cloudworks.delete_flow(request.path_params["flow"])
    return done()


_ONE = "/integrations/{integration}"
_SCHEDULE = f"{_ONE}/schedule"
_FLOWS = "/integrationflows"

routes: list[Route] = [
    Route(f"{PREFIX}/integrations/anaplanModels/{{model}}", not_routed),
    Route(f"{PREFIX}/integrations/run/{{run}}/dump", not_routed),
    route("/integrations", integrations),
    route("/integrations", create_integration, "POST"),
    route(_ONE, integration),
    route(_ONE, replace_integration, "PUT"),
    route(_ONE, delete_integration, "DELETE"),
    route(_SCHEDULE, create_schedule, "POST", entitled=True),
    route(_SCHEDULE, replace_schedule, "PUT", entitled=True),
    route(_SCHEDULE, delete_schedule, "DELETE", entitled=True),
    route(f"{_SCHEDULE}/status/{{status}}", set_status, "POST", entitled=True),
    route(_FLOWS, flows),
    route(_FLOWS, create_flow, "POST"),
    route(f"{_FLOWS}/{{flow}}", flow),
    route(f"{_FLOWS}/{{flow}}", replace_flow, "PUT"),
    route(f"{_FLOWS}/{{flow}}", delete_flow, "DELETE"),
]
