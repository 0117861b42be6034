"""Metadata of lists and line items, and the items of lists and dimensions, for the API."""
