"""Bulk data: files, imports, exports, processes and other actions."""
