"""What a text is made of while it arrives: pieces in any cut, and blocks of whole rows."""

from __future__ import annotations

import mmap

Piece = bytes | mmap.mmap
"""A part of a text as it arrives."""

Block = bytes | memoryview
"""Whole rows of a text."""
