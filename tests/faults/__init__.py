"""Jobs that are interrupted, killed or disturbed, and how they end."""
