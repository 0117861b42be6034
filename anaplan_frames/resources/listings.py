"""The columns of a model's listings: what Anaplan says about each kind of thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from anaplan_frames.dataframes.record_frames import Field, flat, frame_of_fields

_EVERY = {"id": Field("id"), "name": Field("name"), "code": Field("code")}
_OWN = {
    "files": {
        "chunk_count": Field("chunk_count", "integer"),
        "separator": Field("separator"),
        "delimiter": Field("delimiter"),
        "encoding": Field("encoding"),
        "header_row": Field("header_row", "integer"),
        "first_data_row": Field("first_data_row", "integer"),
        "format": Field("format"),
        "language": Field("language"),
        "country": Field("country"),
        "origin": Field("origin"),
    },
    "imports": {
        "import_type": Field("import_type"),
        "import_data_source_id": Field("import_data_source_id"),
    },
    "exports": {
        "export_type": Field("export_type"),
        "export_format": Field("export_format"),
        "encoding": Field("encoding"),
        "layout": Field("layout"),
    },
    "actions": {"action_type": Field("action_type")},
    "views": {"module_id": Field("module_id")},
}


def listing_frame(kind: str, records: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return one row per thing of a kind such as ``"imports"``; see `Collection.to_pandas`."""
    fields = _EVERY | _OWN.get(kind, {})
    return frame_of_fields([flat(record) for record in records], fields, more=True)
