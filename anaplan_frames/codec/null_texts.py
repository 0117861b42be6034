"""Texts, with nulls in place of some of them.

``pc.if_else`` with a null for the one or the other gives wrong texts, without an error, by versions
of pyarrow before 24 if the texts are a slice of an array. With an array of nulls it is right.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


def texts_if(chosen: pa.Array, texts: pa.Array) -> pa.Array:
    """Return the chosen texts, and null in place of the others.

    Parameters
    ----------
    chosen : pa.Array of bool
    texts : pa.Array
        Of any type for text, or of another type.
    """
    return pc.if_else(chosen, texts, pa.nulls(len(texts), texts.type))


def texts_unless(dropped: pa.Array, texts: pa.Array) -> pa.Array:
    """Return null in place of the dropped texts, and the others; takes what `texts_if` takes."""
    return pc.if_else(dropped, pa.nulls(len(texts), texts.type), texts)


def without_blanks(texts: pa.Array) -> pa.Array:
    """Return null in place of texts without a character."""
    return texts_unless(pc.equal(texts, ""), texts)
