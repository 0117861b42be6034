"""What users write every day, with the types that a type checker must know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, assert_type

import pandas as pd
import pyarrow as pa

import anaplan_frames as af
from anaplan_frames import aio


def connecting() -> af.Model:
    conn = af.connect("me@corp.com", "password")
    assert_type(conn, af.Connection)
    assert_type(conn.models(), pd.DataFrame)
    assert_type(conn.me(), "pd.Series[Any]")
    model = conn.model("Flight Planning", workspace="Demo")
    assert_type(model, af.Model)
    assert_type(model.name, str)
    return model


def administering(conn: af.Connection, df: pd.DataFrame) -> None:
    assert_type(conn.scim, af.Scim)
    assert_type(conn.scim.users(filter="active eq true"), pd.DataFrame)
    assert_type(conn.scim.insert(df), af.WriteResult)
    assert_type(conn.scim.update(df, dry_run=True), af.WritePlan)
    assert_type(conn.scim.deactivate(["me@corp.com"], on_rejected="warn"), af.WriteResult)
    assert_type(conn.audit, af.Audit)
    assert_type(conn.audit.events(since="2026-11-01", types=["int", "comment"]), pd.DataFrame)
    assert_type(conn.audit.events(attributes={"modelId": "model"}, chunksize=10_000), af.Frames)
    assert_type(conn.audit.archive("audit"), pd.DataFrame)
    assert_type(conn.audit.cef(types="int"), Iterator[str])
    assert_type(conn.admin, af.Admin)
    assert_type(conn.admin.exception_users(workspace="Finance"), pd.DataFrame)
    assert_type(conn.admin.export_users(), pd.DataFrame)
    assert_type(conn.admin.import_users(df, dry_run=True), af.WritePlan)


def collections(model: af.Model) -> None:
    assert_type(model.imports["Load flights"], af.Import)
    assert_type(model.exports["Flights export"], af.Export)
    assert_type(model.processes["Nightly"], af.Process)
    assert_type(model.files["flights.csv"], af.File)
    assert_type(model.lists["Airports"], af.List)
    assert_type(model.modules["Flights by Month"], af.Module)
    assert_type(model.views["Flights by Month"], af.View)
    assert_type(model.actions["Clear airports"], af.Action)
    assert_type(model.imports.names, list[str])
    assert_type(model.line_items(), pd.DataFrame)


def reading(model: af.Model) -> None:
    assert_type(af.read_anaplan("Flights export", model), pd.DataFrame)
    assert_type(af.read_anaplan("Flights export", model, chunksize=1_000), af.Frames)
    assert_type(af.read_arrow("Flights export", model), pa.RecordBatchReader)
    assert_type(af.read_anaplan(model.exports["Flights export"]), pd.DataFrame)
    assert_type(af.read_arrow(model.views["Flights by Month"]), pa.RecordBatchReader)
    assert_type(model.lists["Airports"].read(), pd.DataFrame)
    assert_type(model.lists["Airports"].read(chunksize=10), af.Frames)
    assert_type(model.modules["Flights by Month"].read(where={"Time": "Jan 13"}), pd.DataFrame)
    assert_type(model.files["flights.csv"].read(nrows=10), pd.DataFrame)
    with model.exports["Flights export"].read(run=False, chunksize=5) as frames:
        for frame in frames:
            assert_type(frame, pd.DataFrame)


def comparing(model: af.Model, df: pd.DataFrame) -> None:
    export = model.exports["Flights export"]
    found = af.compare(
        df, export, key="Airlines", columns="flights", mapping={"carrier": "Airlines"}
    )
    assert_type(found, af.Comparison)
    assert_type(found.equal, bool)
    assert_type(found.totals("Time"), pd.DataFrame)
    assert_type(model.compare(model), af.Comparison)
    assert_type(model.compare("snapshot"), af.Comparison)


def writing(model: af.Model, df: pd.DataFrame) -> None:
    result = af.to_anaplan(df, "Load flights", model)
    assert_type(result, af.WriteResult)
    assert_type(result.rows_loaded, int)
    assert_type(result.rejected, pd.DataFrame)
    plan = af.to_anaplan(df, "Load flights", model, dry_run=True)
    assert_type(plan, af.WritePlan)
    assert_type(plan.send(), af.WriteResult)
    assert_type(plan.head(3), pd.DataFrame)
    assert_type(af.to_anaplan(df, model.imports["Load flights"]), af.WriteResult)
    assert_type(af.to_anaplan(df, model.lists["Airports"], kind="lists"), af.WriteResult)
    assert_type(model.actions["Clear airports"].metadata(), Mapping[str, Any])
    assert_type(model.lists["Airports"].upsert(df), af.WriteResult)
    assert_type(model.lists["Airports"].sync(df, dry_run=True), af.WritePlan)
    assert_type(model.modules["Flights by Month"].write(df), af.WriteResult)
    assert_type(model.files["flights.csv"].write(df), af.WriteResult)


def jobs(model: af.Model, df: pd.DataFrame) -> None:
    task = model.imports["Load flights"].start(df)
    assert_type(task, af.Task[af.WriteResult])
    assert_type(task.done(), bool)
    assert_type(task.result(timeout=600), af.WriteResult)
    try:
        model.imports["Load flights"].run()
    except af.RejectedRows as error:
        assert_type(error.result, af.WriteResult)
        assert_type(error.retryable, bool)


def lifecycle(dev: af.Model, prod: af.Model) -> None:
    assert_type(prod.alm, af.Alm)
    assert_type(dev.alm.create_revision("v2"), "pd.Series[Any]")
    assert_type(prod.alm.report(dev), Mapping[str, pd.DataFrame])
    assert_type(prod.alm.sync(dev, confirm=True), af.WriteResult)
    assert_type(prod.alm.sync("Planning Dev", dry_run=True), af.WritePlan)
    assert_type(prod.alm.start_sync(dev, confirm=True), af.Task[af.WriteResult])
    assert_type(dev.alm.sync_to([prod, "Prod US"], confirm=True), pd.DataFrame)


def integrating(conn: af.Connection, model: af.Model) -> None:
    cloudworks = conn.cloudworks
    assert_type(cloudworks, af.CloudWorks)
    assert_type(cloudworks.runs("Load", since="2026-06-01"), pd.DataFrame)
    assert_type(cloudworks.run("Load", timeout=60), af.WriteResult)
    assert_type(cloudworks.start("Load"), "af.Task[af.WriteResult]")
    jobs = [("S3", "in.csv", model.imports["Load"])]
    assert_type(cloudworks.insert("integration", name="Load", jobs=jobs), str)
    cloudworks.update("schedule", "Load", active=False, days_of_week=["Mon"])


async def awaited(model: af.Model, df: pd.DataFrame) -> None:
    assert_type(await aio.read_anaplan("Flights export", model), pd.DataFrame)
    frames = await aio.read_anaplan("Flights export", model, chunksize=100)
    assert_type(frames, af.Frames)
    async for frame in aio.iterate(frames):
        assert_type(frame, pd.DataFrame)
    assert_type(await aio.to_anaplan(df, "Load flights", model), af.WriteResult)
    assert_type(await aio.to_anaplan(df, "Load flights", model, dry_run=True), af.WritePlan)
    assert_type(await aio.compare(df, df, key="Airlines", mapping={"a": "b"}), af.Comparison)
    assert_type(await aio.call(model.tasks, outcomes=False), pd.DataFrame)
