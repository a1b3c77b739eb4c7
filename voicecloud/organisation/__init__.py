"""What is configured: the organisation, its users, pools, callback lists and webhooks, one document each."""
