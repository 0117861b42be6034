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
    from anaplan_frames.auth import BasicAuth, CertificateAuth, KeystoreAuth, TokenAuth
    from anaplan_frames.connection import Connection, connect
    from anaplan_frames.dataframes.frame_chunks import Frames
    from anaplan_frames.errors import (
        AmbiguousName,
        AnaplanError,
        AuthenticationError,
        ColumnMismatch,
        ConfigurationError,
        DataError,
        EmptyContent,
        EncodingError,
        MissingExtra,
        ModelUnavailable,
        NotFound,
        RateLimited,
        RejectedRows,
        RequestRefused,
        TaskFailed,
        TaskUncertain,
        TransferError,
    )
    from anaplan_frames.frames import to_anaplan
    from anaplan_frames.model import Model
    from anaplan_frames.reading import read_anaplan, read_arrow
    from anaplan_frames.results import WriteResult

__all__ = [
    "AmbiguousName",
    "AnaplanError",
    "AuthenticationError",
    "BasicAuth",
    "CertificateAuth",
    "ColumnMismatch",
    "ConfigurationError",
    "Connection",
    "DataError",
    "EmptyContent",
    "EncodingError",
    "Frames",
    "KeystoreAuth",
    "MissingExtra",
    "Model",
    "ModelUnavailable",
    "NotFound",
    "RateLimited",
    "RejectedRows",
    "RequestRefused",
    "TaskFailed",
    "TaskUncertain",
    "TokenAuth",
    "TransferError",
    "WriteResult",
    "connect",
    "read_anaplan",
    "read_arrow",
    "to_anaplan",
]
__version__ = "0.1.0"

# Where the names live that are not errors. They are looked up when they are first used, so that
# the import itself costs next to nothing beyond pandas and pyarrow.
_HOMES = {
    "BasicAuth": "auth",
    "CertificateAuth": "auth",
    "KeystoreAuth": "auth",
    "TokenAuth": "auth",
    "Frames": "dataframes.frame_chunks",
    "Connection": "connection",
    "connect": "connection",
    "Model": "model",
    "WriteResult": "results",
    "read_anaplan": "reading",
    "read_arrow": "reading",
    "to_anaplan": "frames",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
