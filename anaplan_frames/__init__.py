"""Move pandas DataFrames in and out of Anaplan in one line.

>>> import anaplan_frames as af
>>> conn = af.connect()  # doctest: +SKIP
>>> model = conn.model("Flight Planning", workspace="Demo")  # doctest: +SKIP
>>> df = af.read_anaplan("Flights export", model)  # doctest: +SKIP
>>> result = af.to_anaplan(df, "Load flights", model)  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anaplan_frames.admin.administration.tenant_admin import Admin
    from anaplan_frames.admin.alm.alm import Alm
    from anaplan_frames.admin.audit.audit_service import Audit
    from anaplan_frames.admin.cloudworks.cloudworks import CloudWorks
    from anaplan_frames.admin.scim.scim_service import Scim
    from anaplan_frames.auth import (
        BasicAuth,
        BrowserAuth,
        CertificateAuth,
        Credentials,
        DeviceAuth,
        FileStore,
        KeyringStore,
        KeystoreAuth,
        RefreshTokenAuth,
        TokenAuth,
        TokenStore,
    )
    from anaplan_frames.bulk.actions import Action
    from anaplan_frames.bulk.exports import Export
    from anaplan_frames.bulk.files import File
    from anaplan_frames.bulk.imports import Import
    from anaplan_frames.bulk.processes import Process
    from anaplan_frames.cells.modules import Module
    from anaplan_frames.cells.views import View
    from anaplan_frames.changes.incremental_load import load_changes
    from anaplan_frames.comparison.comparison_result import Comparison
    from anaplan_frames.comparison.table_comparison import compare
    from anaplan_frames.connection import Connection, connect
    from anaplan_frames.dataframes.frame_chunks import Frames
    from anaplan_frames.errors import (
        AmbiguousName,
        AnaplanError,
        AnaplanWarning,
        AuthenticationError,
        ColumnMismatch,
        ConfigurationError,
        ConfirmationRequired,
        DataChanged,
        DataError,
        EmptyContent,
        EncodingError,
        JobError,
        MissingExtra,
        ModelUnavailable,
        NotFound,
        PermissionDenied,
        PlanStale,
        RateLimited,
        RejectedRows,
        RequestRefused,
        SignInRequired,
        TaskCancelled,
        TaskFailed,
        TaskTimeout,
        TaskUncertain,
        TransferError,
        TransferTimeout,
    )
    from anaplan_frames.lists.lists import List
    from anaplan_frames.model import Model
    from anaplan_frames.reading import read_anaplan, read_arrow
    from anaplan_frames.resources.collection import Collection
    from anaplan_frames.resources.parts import Part
    from anaplan_frames.resources.protocols import Readable, Writable
    from anaplan_frames.resources.resource import Resource
    from anaplan_frames.resources.table_reader import Table
    from anaplan_frames.results import Report, WriteResult
    from anaplan_frames.snapshots.model_snapshot import Snapshot, snapshot
    from anaplan_frames.tasks import Hook, Task
    from anaplan_frames.writes.plan import WritePlan
    from anaplan_frames.writing import to_anaplan

__all__ = [
    "Action",
    "Admin",
    "Alm",
    "AmbiguousName",
    "AnaplanError",
    "AnaplanWarning",
    "Audit",
    "AuthenticationError",
    "BasicAuth",
    "BrowserAuth",
    "CertificateAuth",
    "CloudWorks",
    "Collection",
    "ColumnMismatch",
    "Comparison",
    "ConfigurationError",
    "ConfirmationRequired",
    "Connection",
    "Credentials",
    "DataChanged",
    "DataError",
    "DeviceAuth",
    "EmptyContent",
    "EncodingError",
    "Export",
    "File",
    "FileStore",
    "Frames",
    "Hook",
    "Import",
    "JobError",
    "KeyringStore",
    "KeystoreAuth",
    "List",
    "MissingExtra",
    "Model",
    "ModelUnavailable",
    "Module",
    "NotFound",
    "Part",
    "PermissionDenied",
    "PlanStale",
    "Process",
    "RateLimited",
    "Readable",
    "RefreshTokenAuth",
    "RejectedRows",
    "Report",
    "RequestRefused",
    "Resource",
    "Scim",
    "SignInRequired",
    "Snapshot",
    "Table",
    "Task",
    "TaskCancelled",
    "TaskFailed",
    "TaskTimeout",
    "TaskUncertain",
    "TokenAuth",
    "TokenStore",
    "TransferError",
    "TransferTimeout",
    "View",
    "Writable",
    "WritePlan",
    "WriteResult",
    "compare",
    "connect",
    "load_changes",
    "read_anaplan",
    "read_arrow",
    "snapshot",
    "to_anaplan",
]
__version__ = "0.1.0"

# Where the names are that are not errors. They are looked up when they are first used, so that the
# import itself costs next to nothing beyond pandas and pyarrow.
_HOMES = {
    "BasicAuth": "auth",
    "CertificateAuth": "auth",
    "Credentials": "auth",
    "KeystoreAuth": "auth",
    "BrowserAuth": "auth",
    "DeviceAuth": "auth",
    "FileStore": "auth",
    "KeyringStore": "auth",
    "RefreshTokenAuth": "auth",
    "TokenStore": "auth",
    "TokenAuth": "auth",
    "Alm": "admin.alm.alm",
    "CloudWorks": "admin.cloudworks.cloudworks",
    "Audit": "admin.audit.audit_service",
    "Connection": "connection",
    "Scim": "admin.scim.scim_service",
    "Admin": "admin.administration.tenant_admin",
    "connect": "connection",
    "Comparison": "comparison.comparison_result",
    "compare": "comparison.table_comparison",
    "load_changes": "changes.incremental_load",
    "Frames": "dataframes.frame_chunks",
    "Model": "model",
    "Collection": "resources.collection",
    "Resource": "resources.resource",
    "Action": "bulk.actions",
    "Import": "bulk.imports",
    "Process": "bulk.processes",
    "Export": "bulk.exports",
    "File": "bulk.files",
    "List": "lists.lists",
    "View": "cells.views",
    "Module": "cells.modules",
    "Task": "tasks",
    "Hook": "tasks",
    "Report": "results",
    "WriteResult": "results",
    "WritePlan": "writes.plan",
    "read_anaplan": "reading",
    "read_arrow": "reading",
    "to_anaplan": "writing",
    "Snapshot": "snapshots.model_snapshot",
    "snapshot": "snapshots.model_snapshot",
    "Part": "resources.parts",
    "Table": "resources.table_reader",
    "Readable": "resources.protocols",
    "Writable": "resources.protocols",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
