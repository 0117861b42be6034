"""The endpoints, grouped as the documentation of the API groups them."""
