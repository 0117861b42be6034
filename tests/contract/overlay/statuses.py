"""Statuses that the files leave out, and keys of their examples that an answer may leave out."""

from __future__ import annotations

from tests.contract.overlay.correction import MayOmit, Statuses

_ANY = ("get", "post", "put", "delete")
_WRITES = ("post", "put", "delete")
_MODEL = r"(/workspaces/\{workspaceId\})?/models/\{modelId\}"
_BELOW_MODEL = rf"{_MODEL}/.*"
_TASKS = r".*/(imports|exports|actions|processes)/\{\w+\}/tasks"

STATUSES = (
    Statuses(("401",), _ANY, r"/(models|workspaces|users).*", "no token, or one that has expired"),
    Statuses(("429",), _ANY, r"/(models|workspaces|users).*", "more than 600 requests a minute"),
    Statuses(("400",), ("get",), r".*", "a sort that the operation does not know"),
    Statuses(
        ("400",), _WRITES, r".*", "a body in which something is missing: a task without localeName"
    ),
    Statuses(
        ("404",), _ANY, r"/(workspaces|users|models)/\{\w+\}(/models)?", "there is no such thing"
    ),
    Statuses(
        ("404",), ("post",), r"/workspaces/\{workspaceId\}/bulkDeleteModels", "no such workspace"
    ),
    Statuses(("404",), ("delete",), rf"{_TASKS}/\{{taskId\}}", "there is no such task"),
    Statuses(("409",), _WRITES, _BELOW_MODEL, "the model is busy"),
    Statuses(
        ("500",),
        ("put",),
        r".*/lists/\{listId\}/items",
        "one client has seen it for an update that does not repeat an item's code",
    ),
    Statuses(("403",), ("get",), r".*/optimizeActions/.*", "the file has it, without its form"),
    Statuses(
        ("403",),
        ("post", "put"),
        r".*/(modules/\{moduleId\}/data|lists/\{listId\}/items|\w+/\{\w+\}/tasks)",
        "the help's page on troubleshooting: no permission for the object or action",
    ),
    Statuses(("410",), ("get",), r".*/(dump|dumps/\{objectId\}).*", "an older task's dump is gone"),
    Statuses(("413",), ("post",), r".*/modules/\{moduleId\}/data", "more than 15 MB of cells"),
    Statuses(("422",), _ANY, _BELOW_MODEL, "the model is archived"),
    Statuses(("423",), _ANY, _BELOW_MODEL, "the model is locked"),
    Statuses(("424",), _ANY, _BELOW_MODEL, "the model is offline or in maintenance"),
    Statuses(("425",), _ANY, _BELOW_MODEL, "the model is deployed"),
)

_CHUNKS = r".*/(files/\{fileId\}|dump|dumps/\{objectId\})/chunks"

_LINE_ITEM_FIELDS = (
    *("isSummary", "startOfSection", "broughtForward", "useSwitchover", "breakback", "cellCount"),
    *("version", "appliesTo", "dataTags", "referencedBy", "parent", "readAccessDriver"),
    *("writeAccessDriver", "formula", "format", "formatMetadata", "summary", "timeScale"),
    *("timeRange", "formulaScope", "style", "code", "notes"),
)
_NUMBER_FORMAT = (
    *("formatMetadata.minimumSignificantDigits", "formatMetadata.decimalPlaces"),
    *("formatMetadata.negativeNumberNotation", "formatMetadata.unitsType"),
    *("formatMetadata.unitsDisplayType", "formatMetadata.zeroFormat"),
    *("formatMetadata.comparisonIncrease", "formatMetadata.groupingSeparator"),
    "formatMetadata.decimalSeparator",
)

MAY_OMIT = (
    MayOmit(("get",), _CHUNKS, "chunks", "the key is left out if there is no chunk"),
    MayOmit(
        ("get",),
        rf"{_TASKS}/\{{taskId\}}",
        "task.result",
        "not there before the task has ended, which the schema checks by taskState",
    ),
    *(
        MayOmit(
            ("get",),
            rf"{_TASKS}/\{{taskId\}}",
            f"task.result.{key}",
            "a cancelled task has none; of a complete one the schema requires it",
        )
        for key in ("details", "nestedResults")
    ),
    MayOmit(
        ("get",),
        r".*/dimensions/\{dimensionId\}/items",
        "items",
        "the key is left out if there is no item",
    ),
    *(
        MayOmit(
            ("get",),
            rf"{_MODEL}/views/\{{viewId\}}",
            axis,
            "the operation's description: an axis without dimensions is left out",
        )
        for axis in ("rows", "columns", "pages")
    ),
    MayOmit(
        ("get",),
        r".*/modelCalendar",
        "modelCalendar.fiscalYear",
        "a calendar of the type Weeks: General has none, as the operation's description says",
    ),
    *(
        MayOmit(
            ("get",),
            r"/workspaces(/\{workspaceId\})?",
            f"{workspace}.{key}",
            "sent only if tenantDetails=true asks for it, as the parameter's description says",
        )
        for workspace in ("workspaces[]", "workspace")
        for key in ("sizeAllowance", "currentSize")
    ),
    *(
        MayOmit(
            ("get",),
            r"/users(/\{userId\})?",
            f"{user}.lastLoginDate",
            "somebody who never logged in has none",
        )
        for user in ("users[]", "user")
    ),
    *(
        MayOmit(
            ("get",),
            r".*/modules/\{moduleId\}/lineItems",
            f"items[].{key}",
            "the example shows every field: a line item without such a thing has none, as"
            " anaplan-sdk knows them; without includeAll=true only what identifies it is sent",
        )
        for key in (*_LINE_ITEM_FIELDS, *_NUMBER_FORMAT)
    ),
)
