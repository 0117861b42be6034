"""Items of lists: JSON and CSV to Arrow, and what must be sent to make one state of another."""
