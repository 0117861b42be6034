"""Tables of JSON records with columns and dtypes that are known before there is a record."""

from __future__ import annotations

import pandas as pd
import pytest

from anaplan_frames.dataframes.record_frames import TEXT_DTYPE, Field, flat, frame_of_fields

FIELDS = {
    "name": Field("name"),
    "open": Field("open", "boolean"),
    "cells": Field("cells", "integer"),
    "progress": Field("progress", "number"),
    "day": Field("when.date", "date"),
    "created": Field("created", "time"),
    "took": Field("took", "duration"),
}
DTYPES = [
    TEXT_DTYPE,
    "boolean",
    "Int64",
    "Float64",
    "datetime64[s]",
    "datetime64[ms, UTC]",
    "timedelta64[ms]",
]


@pytest.mark.parametrize("records", [[], [{}], [{"name": None, "when": "?", "cells": "many"}]])
def test_columns_and_dtypes_do_not_depend_on_the_records(records: list[dict[str, object]]) -> None:
    frame = frame_of_fields(records, FIELDS)
    assert list(frame.columns) == list(FIELDS)
    assert [str(dtype) for dtype in frame.dtypes] == DTYPES
    assert frame.isna().all(axis=None)
    assert len(frame) == len(records)


def test_values_are_read_by_their_kind() -> None:
    record = {
        "name": 12,
        "open": "true",
        "cells": 2**53 + 1,
        "progress": 0.5,
        "when": {"date": "2399-12-31"},
        "created": 1571258347545,
        "took": "PT1M2.5S",
    }
    row = frame_of_fields([record], FIELDS).iloc[0]
    assert (row["name"], row["open"], row["cells"]) == ("12", True, 2**53 + 1)
    assert str(row["day"]) == "2399-12-31 00:00:00"
    assert row["created"] == pd.Timestamp("2019-10-16T20:39:07.545Z")
    assert row["took"] == pd.Timedelta(seconds=62.5)


@pytest.mark.parametrize(
    "text", ["2026-07-14T13:55:12.198Z", "2026-07-14T15:55:12.198+0200", "1784037312198"]
)
def test_times_are_read_in_every_form(text: str) -> None:
    frame = frame_of_fields([{"created": text}], FIELDS)
    assert frame.loc[0, "created"] == pd.Timestamp("2026-07-14T13:55:12.198Z")


@pytest.mark.parametrize("text", ["62500", 62500, "PT62.5S", "0:01:02.5", "00:01:02.500"])
def test_durations_are_read_in_every_form(text: object) -> None:
    assert frame_of_fields([{"took": text}], FIELDS).loc[0, "took"] == pd.Timedelta(seconds=62.5)


def test_objects_become_columns() -> None:
    record = {
        "id": "206",
        "appliesTo": [{"id": "101", "name": "Airlines"}, {"id": "102", "name": "Origins"}],
        "parent": {"id": "205", "name": "Total"},
        "formatMetadata": {"dataType": "ENTITY", "entity": {"id": "101", "name": "Airlines"}},
        "dataTags": [],
        "words": ["a", "b"],
    }
    assert flat(record) == {
        "id": "206",
        "applies_to": "Airlines, Origins",
        "applies_to_ids": "101, 102",
        "parent": "Total",
        "parent_id": "205",
        "format_metadata_data_type": "ENTITY",
        "format_metadata_entity": "Airlines",
        "format_metadata_entity_id": "101",
        "data_tags": None,
        "words": "a, b",
    }
