"""The classes of PySpark that the data source derives from; their types, for type checkers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:

    class StructType:
        """The columns of a DataFrame."""

        def fieldNames(self) -> list[str]:
            """Return the names of the columns."""

    class DataFrame:
        """A table of Spark; of it, what is used here."""

        schema: StructType

        def mapInArrow(self, func: Any, schema: str) -> DataFrame:
            """Apply a function to the batches of each partition."""

        def repartition(self, numPartitions: int) -> DataFrame:
            """Divide the rows evenly."""

        def collect(self) -> list[Any]:
            """Return the rows."""

    class DataSource:
        """A format."""

        options: dict[str, str]

        def __init__(self, options: dict[str, str]) -> None: ...

    class DataSourceReader:
        """Plans and reads partitions."""

    class DataSourceArrowWriter:
        """Writes partitions."""

    class InputPartition:
        """A partition that is read."""

        def __init__(self, value: Any) -> None: ...

    class WriterCommitMessage:
        """What a task reports to the driver."""

    def from_arrow_schema(schema: Any) -> StructType:
        """Return Spark's columns for those of Arrow."""

    def to_arrow_schema(schema: StructType) -> Any:
        """Return Arrow's columns for those of Spark, with times in UTC."""

    def partition_number() -> int:
        """Return the number of the partition that this task works on."""
        ...

else:
    from inspect import signature

    from pyspark import TaskContext
    from pyspark.sql import DataFrame
    from pyspark.sql.datasource import (
        DataSource,
        DataSourceArrowWriter,
        DataSourceReader,
        InputPartition,
        WriterCommitMessage,
    )
    from pyspark.sql.pandas import types as arrow_types
    from pyspark.sql.pandas.types import from_arrow_schema
    from pyspark.sql.types import StructType

    def to_arrow_schema(schema):
        """Return Arrow's columns for those of Spark, with times in UTC."""
        asks = "timezone" in signature(arrow_types.to_arrow_schema).parameters
        # PySpark 4.0 does not ask, and means UTC.
        return arrow_types.to_arrow_schema(schema, **({"timezone": "UTC"} if asks else {}))

    def partition_number():
        """Return the number of the partition that this task works on."""
        context = TaskContext.get()
        assert context is not None, "only a task has a partition"
        return context.partitionId()


__all__ = [
    "DataFrame",
    "DataSource",
    "DataSourceArrowWriter",
    "DataSourceReader",
    "InputPartition",
    "StructType",
    "WriterCommitMessage",
    "from_arrow_schema",
    "partition_number",
    "to_arrow_schema",
]
