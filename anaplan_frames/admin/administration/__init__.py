"""The Administration API: users as CSV, and exception users."""
