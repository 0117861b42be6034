"""Calendars, versions, and a model's time settings."""
