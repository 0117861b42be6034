"""The structure of models: snapshots, what differs between two, and synchronization."""
