"""Lists and dimensions: what the answers hold in addition to the examples, or instead."""

from __future__ import annotations

from tests.contract.overlay.correction import IN_MODEL, INTEGRATION, Correction, MayOmit, answer_at

_ITEMS = f"{IN_MODEL}/lists/{{listId}}/items"
_PATH = r".*/lists/\{listId\}/items"

LISTS = (
    Correction(
        INTEGRATION,
        (*answer_at("get", _ITEMS)[:-1], "text/csv"),
        {},
        "Anaplan Connect asks for CSV",
    ),
    Correction(
        INTEGRATION,
        (*answer_at("post", _ITEMS), "schema", "oneOf"),
        [
            {"required": ["added", "ignored", "total"]},
            {"required": ["deleted", "ignored", "total"]},
        ],
        "the operation adds or deletes; reports show `ignored` and `total` for the latter, too",
    ),
)

_OF_ADDING = "sent where items are added; the schema requires it there"

LISTS_MAY_OMIT = (
    *(
        MayOmit(
            ("get",),
            r".*/lists/\{listId\}",
            f"metadata.{key}",
            "what is not set for a list is left out, as the description says",
        )
        for key in ("parent", "properties")
    ),
    *(
        MayOmit(("get",), _PATH, f"listItems[].{key}", why)
        for key, why in (
            ("code", "sent 'if specified', as the description says"),
            ("properties", "sent only with includeAll=true, as the schema says"),
            ("subsets", "sent only with includeAll=true, as the schema says"),
        )
    ),
    MayOmit(("post",), _PATH, "added", _OF_ADDING),
    MayOmit(("post", "put"), _PATH, "failures", "left out if nothing failed, as the schema says"),
    MayOmit(
        ("post",),
        r".*/dimensions/\{dimensionId\}/items",
        "items[].code",
        "an item without a code shows none, as the description of GET says",
    ),
)
