"""Tables compared row by row, by key, and what is found."""
