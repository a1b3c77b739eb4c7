"""What happens to calls, users and pools, in the names of the published webhooks and real-time events."""
