"""The contract: what Anaplan's documentation says that an answer looks like, and its check."""
