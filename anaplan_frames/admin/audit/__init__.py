"""The Audit API: events of a tenant as tables, as an archive, and as CEF text."""
