"""The pandas edge: DataFrames, Polars, DuckDB, iterators -> Arrow batches, and back."""
