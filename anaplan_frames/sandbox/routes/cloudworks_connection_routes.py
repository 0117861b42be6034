"""Endpoints of CloudWorks for connections and notifications."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from anaplan_frames.sandbox.routes.cloudworks_answers import (
    answered,
    done,
    listing,
    made,
    note,
    route,
)
from anaplan_frames.sandbox.routes.cloudworks_forms import connection_form, notification_form
from anaplan_frames.sandbox.routes.request_context import json_body, tenant_of
from anaplan_frames.sandbox.tenant.cloudworks_records import CloudWorksError
from anaplan_frames.sandbox.tenant.cloudworks_state import CloudWorks
from anaplan_frames.sandbox.tenant.tenant_users import User


async def connections(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """List the connections."""
    shown = [connection_form(each) for each in cloudworks.connections.values()]
    return listing(request, "connections", "connections", shown)


async def create_connection(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Make a connection, whose credentials are tested."""
    body = await json_body(request)
    settings = body.get("body")
    if not isinstance(settings, dict):
        raise CloudWorksError(400, "Invalid request body")
    id = cloudworks.add_connection(user, body.get("type"), settings).id
    note(request, "INT-01", id)
    # The file has the id at the top, and anaplan-sdk reads it below `connections`.
    return made(connectionId=id, connections={"connectionId": id})


async def replace_connection(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Replace the whole body of a connection; anaplan-sdk sends the body alone."""
    body = await json_body(request)
    settings = body.get("body", body)
    if not isinstance(settings, dict):
        raise CloudWorksError(400, "Invalid request body")
    id = request.path_params["connection"]
    cloudworks.change_connection(user, id, body.get("type"), settings)
    note(request, "INT-03", id)
    return done()


async def patch_connection(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Change a connection."""
    if tenant_of(request).behavior.patch_connection == "whole body":
        return await replace_connection(request, cloudworks, user)
    body = await json_body(request)
    settings = body.get("body", body)
    if not isinstance(settings, dict):
        raise CloudWorksError(400, "Invalid request body")
    cloudworks.patch_connection(user, request.path_params["connection"], settings)
    note(request, "INT-03", request.path_params["connection"])
    return done()


async def delete_connection(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Delete a connection that no integration uses."""
    cloudworks.delete_connection(request.path_params["connection"])
    note(request, "INT-02", request.path_params["connection"])
    return done()


async def create_notification(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Make a notification for an integration that has none."""
    id = cloudworks.add_notification(user, await json_body(request)).id
    # The file has the id at the top, and anaplan-sdk reads it below `notification`.
    return made(notificationId=id, notification={"notificationId": id})


async def notification(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Show a notification."""
    held = cloudworks.notification(request.path_params["notification"])
    shown = notification_form(held, tenant_of(request).users)
    return answered(request, "notification", notifications=shown)


async def replace_notification(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Replace a notification."""
    id = request.path_params["notification"]
    cloudworks.change_notification(user, id, await json_body(request))
    return done()


async def delete_notification(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Delete a notification."""
    cloudworks.delete_notification(request.path_params["notification"])
    return done()


_CONNECTIONS = "/integrations/connections"
_NOTIFICATION = "/integrations/notification"

routes: list[Route] = [
    route(_CONNECTIONS, connections),
    route(_CONNECTIONS, create_connection, "POST"),
    route(f"{_CONNECTIONS}/{{connection}}", replace_connection, "PUT"),
    route(f"{_CONNECTIONS}/{{connection}}", patch_connection, "PATCH"),
    route(f"{_CONNECTIONS}/{{connection}}", delete_connection, "DELETE"),
    route(_NOTIFICATION, create_notification, "POST"),
    route(f"{_NOTIFICATION}/{{notification}}", notification),
    route(f"{_NOTIFICATION}/{{notification}}", replace_notification, "PUT"),
    route(f"{_NOTIFICATION}/{{notification}}", delete_notification, "DELETE"),
]
