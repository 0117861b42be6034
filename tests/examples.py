"""How many examples a property-based test draws if each of them takes long."""

from __future__ import annotations

from hypothesis import settings

_IS_ORDINARY = settings.default.max_examples < 100

FEW = settings(max_examples=8 if _IS_ORDINARY else settings.default.max_examples)
"""A third as many as usual in the ordinary run, and as many as usual with ``-m long``."""
