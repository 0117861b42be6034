"""Clones of models: a tenant built from the folder that a snapshot wrote."""
