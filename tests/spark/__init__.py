"""Tests of the data source of Spark, which need PySpark and Java."""
