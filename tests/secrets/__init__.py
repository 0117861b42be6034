"""No secret shows, with any credential and any error."""
