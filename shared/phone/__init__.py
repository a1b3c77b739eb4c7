"""What the web phone asks of the app."""
