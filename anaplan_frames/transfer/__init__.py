"""Bytes to and from the service: chunks up, chunks down, each one's result looked at."""
