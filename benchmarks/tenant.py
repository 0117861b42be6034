"""The one model that the sink pretends to have: its ids, names, columns and their types."""

from __future__ import annotations

WORKSPACE, WORKSPACE_NAME = "8a81b09d599f3c6e0159f605560c2630", "Benchmark"
MODEL, MODEL_NAME = "D2D29CEE237C422099D83DCC4338CEA6", "Sink"
FILE, FILE_NAME = "113000000001", "data.csv"
IMPORT, IMPORT_NAME = "112000000001", "Load data"
EXPORT, EXPORT_NAME = "116000000001", "Data export"
LIST, LIST_NAME = "101000000001", "Parts"
MODULE, MODULE_NAME = "102000000001", "Sales"
EMAIL, PASSWORD = "benchmark@example.com", "benchmark"

COLUMNS = {
    "Region": "ENTITY",
    "Product": "ENTITY",
    "Month": "TIME_ENTITY",
    "Day": "DATE",
    "Units": "NUMBER",
    "Amount": "NUMBER",
    "Active": "BOOLEAN",
}
"""The mixed frame's columns, in order, and Anaplan's word for the type of each."""

PROPERTIES = {"Supplier": "TEXT", "Price": "NUMBER", "Since": "DATE"}
SUBSET = "Active"
"""What the list's items have, and Anaplan's word for the type of each property."""

LINE_ITEM = "Amount"
AXES = {
    "pages": {"101000000002": "Region"},
    "rows": {"101000000003": "Product"},
    "columns": {"20000000003": "Time"},
}
"""The module's line item, and its dimensions by axis, id and name."""
(FEW,) = AXES["pages"]
"""The list that has a few items only."""

CHUNK_BYTES = 10_000_000
"""Size of an export's chunks, and of a large read's pages, as Anaplan cuts them."""
