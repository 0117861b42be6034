"""What a tenant holds: models with lists, modules, calendars and actions; it knows no HTTP."""
