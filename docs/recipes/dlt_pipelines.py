"""From Anaplan into DuckDB, and from a Parquet file into Anaplan."""

import dlt
import pyarrow.parquet as pq
from dlt.destinations.exceptions import DestinationTerminalException

import anaplan_frames as af


@dlt.resource(write_disposition="replace")
def flights():
    with af.connect() as conn:
        yield from af.read_arrow("Flights export", conn.model("Flight Planning"))


# A batch size of 0 gives whole files instead of rows.
@dlt.destination(
    batch_size=0, loader_file_format="parquet", loader_parallelism_strategy="sequential"
)
def anaplan(file, table):
    """Write a table into the import that has its name."""
    target = table["name"]
    try:
        with af.connect() as conn:
            model = conn.model("Flight Planning")
            data = pq.ParquetFile(file).iter_batches()
            af.to_anaplan(data, target, model, dump=f"dumps/{target}", timeout=3600)
    except af.AnaplanError as error:
        if error.retryable:
            raise
        raise DestinationTerminalException(str(error)) from error  # fails without another try


if __name__ == "__main__":
    warehouse = dlt.destinations.duckdb("warehouse.duckdb")
    dlt.pipeline("from_anaplan", destination=warehouse, dataset_name="planning").run(flights)
    data = pq.read_table("flights.parquet")
    dlt.pipeline("to_anaplan", destination=anaplan).run(data, table_name="Load flights")
