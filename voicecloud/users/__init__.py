"""Who may use the API: passwords, secret keys and rights."""
