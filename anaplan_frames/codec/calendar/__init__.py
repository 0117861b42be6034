"""The model's time: the periods of every calendar, their names and dates."""
