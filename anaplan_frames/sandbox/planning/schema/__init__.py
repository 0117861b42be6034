"""Definitions of what a model consists of; they hold no data."""
