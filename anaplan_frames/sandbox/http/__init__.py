"""HTTP of the sandbox: the server, middleware, and the form of requests and responses."""
