"""What the endpoints share: who calls, which model is meant, whether it may be used."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.requests import Request
from starlette.routing import Route

from anaplan_frames.sandbox.envelope import ApiError, not_found
from anaplan_frames.sandbox.users import User

if TYPE_CHECKING:
    from anaplan_frames.sandbox.planning.model import Model
    from anaplan_frames.sandbox.sandbox import Sandbox

Endpoint: TypeAlias = Callable[[Request], Any]

# Which states refuse work, and how. That the service answers so is documented, which of its calls
# do is not; here all do but the listing calls, uploads and tasks that were started before.
_REFUSALS = {
    "ARCHIVED": (422, "The model is archived"),
    "LOCKED": (423, "The model is locked"),
    "MAINTENANCE": (424, "The model is offline or in maintenance"),
    "PRODUCTION_MAINTENANCE": (424, "The model is offline or in maintenance"),
    "PRODUCTION": (425, "The model is deployed"),
}


def both_forms(path: str, endpoint: Endpoint, methods: Sequence[str] = ("GET",)) -> list[Route]:
    """Route a path below a model, with and without its workspace before it."""
    prefixes = ("/2/0/workspaces/{workspace}/models/{model}", "/2/0/models/{model}")
    return [Route(prefix + path, endpoint, methods=list(methods)) for prefix in prefixes]


def sandbox_of(request: Request) -> Sandbox:
    """Give the sandbox that is asked."""
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


def caller(request: Request) -> User:
    """Give the user whose token the request carries."""
    user: User = request.state.user
    return user


def known_model(request: Request) -> Model:
    """Give the model of the path, be it the user's or not; 404 if there is none."""
    model = sandbox_of(request).models.get(request.path_params["model"])
    workspace = request.path_params.get("workspace")
    if model is None or workspace not in (None, model.workspace.id):
        raise not_found()
    return model


def visible_model(request: Request) -> Model:
    """Give the model of the path; 404, not 403, if the user has no role in it."""
    model = known_model(request)
    if not caller(request).may_use(model.id):
        raise not_found()
    return model


def working_model(request: Request) -> Model:
    """Give the model of the path for work in it; 422 to 425 if its state does not allow that.

    Work opens a closed model.
    """
    model = visible_model(request)
    if model.state in _REFUSALS:
        raise ApiError(*_REFUSALS[model.state])
    model.is_open = True
    return model


def administered_model(request: Request) -> Model:
    """Give the model of the path for work that its workspace's administrators do; 404 to others."""
    model = working_model(request)
    if not caller(request).administrator:
        raise not_found()
    return model


async def json_body(request: Request) -> dict[str, Any]:
    """Read the body as a JSON object; an empty body is an empty object."""
    content = await request.body()
    if not content.strip():
        return {}
    try:
        body = json.loads(content)
        if b"\\ud" in content.lower():
            json.dumps(body, ensure_ascii=False).encode()  # halves of surrogate pairs are no text
    except (ValueError, RecursionError):
        raise ApiError(400, "The body is not JSON") from None
    if not isinstance(body, dict):
        raise ApiError(400, "The body is not a JSON object")
    return body
