"""The DuckDB database of a model: its tables of items and cells, and SQL that the rooms share."""
