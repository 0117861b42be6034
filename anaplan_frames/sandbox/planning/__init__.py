"""A tenant's workspaces and models, without HTTP."""
