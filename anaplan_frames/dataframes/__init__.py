"""The pandas edge: DataFrames and other tabular data to Arrow, and back."""
