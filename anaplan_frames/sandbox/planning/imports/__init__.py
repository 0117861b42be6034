"""Imports of files into lists and modules, and their failure dumps."""
