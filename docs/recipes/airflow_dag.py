"""Load airports and then flights into Anaplan, every night."""

from datetime import datetime, timedelta

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException

import anaplan_frames as af


@dag(schedule="15 3 * * *", start_date=datetime(2026, 1, 1), catchup=False, max_active_runs=1)
def load_anaplan():
    @task(retries=2, retry_delay=timedelta(minutes=10))
    def load(file: str, target: str) -> dict:
        import pandas as pd

        try:
            with af.connect() as conn:
                model = conn.model("Flight Planning")
                data = pd.read_parquet(file)
                result = af.to_anaplan(data, target, model, dump=f"dumps/{target}", timeout=3600)
        except af.AnaplanError as error:
            if error.retryable:
                raise
            raise AirflowFailException(str(error)) from error  # fails without another try
        return result.to_dict()

    load("airports.parquet", "Load airports") >> load("flights.parquet", "Load flights")


load_anaplan_dag = load_anaplan()

if __name__ == "__main__":
    load_anaplan_dag.test()
