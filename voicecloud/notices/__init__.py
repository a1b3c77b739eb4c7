"""What happens to calls, users and pools, told in the names of the published webhooks and real-time events."""
