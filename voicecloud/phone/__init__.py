"""The web phones of users: their sessions, what they show, what they ask for (docs/live-calls.md)."""
