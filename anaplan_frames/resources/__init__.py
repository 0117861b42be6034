"""What a model has: each resource knows its endpoints, its metadata and how it reads or writes."""
