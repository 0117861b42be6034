"""Flights in Anaplan as an asset, with a check that fails if rows were rejected."""

import dagster as dg
import pandas as pd

import anaplan_frames as af


@dg.asset(
    check_specs=[dg.AssetCheckSpec("no_rejected_rows", asset="anaplan_flights", blocking=True)],
    retry_policy=dg.RetryPolicy(max_retries=2, delay=600),
)
def anaplan_flights() -> dg.MaterializeResult:
    flights = pd.read_parquet("flights.parquet")
    try:
        with af.connect() as conn:
            model = conn.model("Flight Planning")
            result = af.to_anaplan(
                flights, "Load flights", model, on_rejected="ignore", dump="dumps", timeout=3600
            )
    except af.AnaplanError as error:
        raise dg.Failure(str(error), allow_retries=error.retryable) from error
    check = dg.AssetCheckResult(
        check_name="no_rejected_rows",
        passed=result.rows_rejected == 0,
        metadata={"reasons": result.to_dict()["reasons"], "dump": result.dump},
    )
    counts = {"rows_loaded": result.rows_loaded, "rows_rejected": result.rows_rejected}
    return dg.MaterializeResult(metadata=counts, check_results=[check])


nightly = dg.ScheduleDefinition(
    name="nightly", cron_schedule="15 3 * * *", target=[anaplan_flights]
)
defs = dg.Definitions(assets=[anaplan_flights], schedules=[nightly])
