"""Lists: items read as tables, written from tables."""
