"""Other people's clients, unchanged but for the host, against the sandbox."""
