"""What every write shares: column matching, batches, results."""
