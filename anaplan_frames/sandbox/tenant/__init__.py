"""State of a tenant: users, logins, files, tasks, dumps, read requests and fault rules."""
