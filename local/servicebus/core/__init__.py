"""The broker's rules without any protocol: queues, locks, schedule, sessions, duplicates, topics, and their store."""
