"""Rules that look at configuration and numbers alone: opening hours, which agent is chosen, what an answer says."""
