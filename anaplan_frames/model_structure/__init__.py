"""What a model is made of: read in pieces, kept in a folder or in memory, and compared."""
