"""Load flights into Anaplan; tries again only if that does no harm."""

import pandas as pd
from prefect import flow, task

import anaplan_frames as af


def is_retryable(task, run, state) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, af.AnaplanError) and error.retryable


@task(retries=2, retry_delay_seconds=600, retry_condition_fn=is_retryable)
def load(file: str, target: str) -> dict:
    with af.connect() as conn:
        model = conn.model("Flight Planning")
        result = af.to_anaplan(pd.read_parquet(file), target, model, dump="dumps", timeout=3600)
    return result.to_dict()


@flow(log_prints=True)
def load_anaplan():
    loaded = load("flights.parquet", "Load flights")
    print(f"{loaded['rows_loaded']} rows loaded")


if __name__ == "__main__":
    load_anaplan()
