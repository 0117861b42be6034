"""SCIM: the users of a tenant and the workspaces that they are entitled to."""
