"""No secret shows, whoever signs in and whatever goes wrong."""
