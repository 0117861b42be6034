"""Administration: models opened, closed and deleted."""
