"""What the documentation and the notebooks show."""
