"""Writes of list items and single cells, and the deletion of items."""
