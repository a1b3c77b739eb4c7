"""A token issuer for one machine: what Entra ID does for the app and its users, as far as they use it."""
