"""The endpoints of the API, grouped as in its documentation."""
