"""Databases as `copy` reads and writes them: in batches, and in one transaction."""
