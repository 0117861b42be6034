"""A model's time: calendars, periods and versions."""
