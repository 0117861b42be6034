"""Statuses that the files leave out, and keys of their examples that an answer may lack."""

from __future__ import annotations

from tests.contract.overlay.mend import MayLack, Statuses

_ANY = ("get", "post", "put", "delete")
_WRITES = ("post", "put", "delete")
_BELOW_MODEL = r"(/workspaces/\{workspaceId\})?/models/\{modelId\}/.*"
_TASKS = r".*/(imports|exports|actions|processes)/\{\w+\}/tasks"

STATUSES = (
    Statuses(("401",), _ANY, r"/(models|workspaces|users).*", "no token, or one that has expired"),
    Statuses(("429",), _ANY, r"/(models|workspaces|users).*", "more than 600 requests a minute"),
    Statuses(("400",), ("get",), r".*", "a sort that the operation does not know"),
    Statuses(("400",), _WRITES, r".*", "a body that lacks something: a task without localeName"),
    Statuses(
        ("404",), _ANY, r"/(workspaces|users|models)/\{\w+\}(/models)?", "there is no such thing"
    ),
    Statuses(("404",), ("delete",), rf"{_TASKS}/\{{taskId\}}", "there is no such task"),
    Statuses(("409",), _WRITES, _BELOW_MODEL, "the model is busy"),
    Statuses(("410",), ("get",), r".*/(dump|dumps/\{objectId\}).*", "an older task's dump is gone"),
    Statuses(("422",), _ANY, _BELOW_MODEL, "the model is archived"),
    Statuses(("423",), _ANY, _BELOW_MODEL, "the model is locked"),
    Statuses(("424",), _ANY, _BELOW_MODEL, "the model is offline or in maintenance"),
    Statuses(("425",), _ANY, _BELOW_MODEL, "the model is deployed"),
)

_CHUNKS = r".*/(files/\{fileId\}|dump|dumps/\{objectId\})/chunks"

MAY_LACK = (
    MayLack(("get",), _CHUNKS, "chunks", "the key is left out where there is no chunk"),
    MayLack(
        ("get",),
        rf"{_TASKS}/\{{taskId\}}",
        "task.result",
        "not there before the task has ended, which the schema checks by taskState",
    ),
    *(
        MayLack(
            ("get",),
            rf"{_TASKS}/\{{taskId\}}",
            f"task.result.{key}",
            "a cancelled task has none; of a complete one the schema requires it",
        )
        for key in ("details", "nestedResults")
    ),
    MayLack(
        ("get",),
        r".*/dimensions/\{dimensionId\}/items",
        "items",
        "the key is left out where there is no item",
    ),
    *(
        MayLack(
            ("get",),
            r"/workspaces(/\{workspaceId\})?",
            f"{workspace}.{key}",
            "sent only where tenantDetails=true asks for it, as the parameter's description says",
        )
        for workspace in ("workspaces[]", "workspace")
        for key in ("sizeAllowance", "currentSize")
    ),
    *(
        MayLack(
            ("get",),
            r"/users(/\{userId\})?",
            f"{user}.lastLoginDate",
            "somebody who never logged in has none",
        )
        for user in ("users[]", "user")
    ),
)
