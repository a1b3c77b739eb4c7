"""Service Bus: events out, retries by scheduling, dead letters."""
