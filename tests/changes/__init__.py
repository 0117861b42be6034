"""Loads of what has changed."""
