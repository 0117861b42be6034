"""Loads of what has changed since the last one, by digests kept on disk; above `writing`."""
