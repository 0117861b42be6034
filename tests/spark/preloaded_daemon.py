"""The parent of Spark's Python workers. It has imported what they need, so they begin at once."""

import pandas  # noqa: F401
import pyarrow  # noqa: F401
from pyspark.daemon import manager

import anaplan_frames.integrations.spark  # noqa: F401
import tests.spark.troubled_source  # noqa: F401

if __name__ == "__main__":
    manager()
