"""Views and modules: cells read as tables, written from tables."""
