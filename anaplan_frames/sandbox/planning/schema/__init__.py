"""Definitions of the objects of a model, without their data."""
