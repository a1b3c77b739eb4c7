"""Every call has its one activity: each is reconciled, and those that were not are found and repaired (K2, K10)."""
