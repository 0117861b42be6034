"""Modules and views: cells read as tables, written from tables."""
