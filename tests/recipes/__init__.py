"""The recipes of `docs/orchestration.md`, run against the sandbox."""
