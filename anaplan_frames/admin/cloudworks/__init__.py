"""CloudWorks: connections, integrations, flows and their runs, as tables and as tasks."""
