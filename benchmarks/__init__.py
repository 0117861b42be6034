"""How fast and how flat the way between a DataFrame and Anaplan is: `python -m benchmarks`."""
