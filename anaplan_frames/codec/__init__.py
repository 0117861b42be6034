"""Arrow <-> Anaplan's text: dialects, types, columns, encoding and decoding. No I/O, no HTTP."""
