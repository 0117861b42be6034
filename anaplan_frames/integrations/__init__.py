"""What other tools use this library by: each part is optional, and nothing else imports it."""
