"""Anaplan as a data source of PySpark: tables are read in partitions, and loaded by one import.

>>> from anaplan_frames.integrations.spark import AnaplanDataSource  # doctest: +SKIP
>>> spark.dataSource.register(AnaplanDataSource)  # doctest: +SKIP
>>> spark.read.format("anaplan").option("source", "Costs").load()  # doctest: +SKIP
"""

from __future__ import annotations

from anaplan_frames.errors import MissingExtra

try:
    import pyspark.sql.datasource  # noqa: F401
except ImportError as _error:
    raise MissingExtra("The data source of Spark", "spark") from _error

from anaplan_frames.integrations.spark.anaplan_data_source import AnaplanDataSource
from anaplan_frames.integrations.spark.partitioned_write import to_anaplan

__all__ = ["AnaplanDataSource", "to_anaplan"]
