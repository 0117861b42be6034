"""A model's structure and data in a folder, from which the sandbox serves a clone of it."""
