"""Exports, view data and large reads: cells as CSV or JSON."""
