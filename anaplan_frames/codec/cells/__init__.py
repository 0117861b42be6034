"""Cells of modules: the shape of a view's table, and its rows as cells to write."""
