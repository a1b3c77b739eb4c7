"""Dynamics 365 for one machine: the Dataverse Web API v9.2 over SQLite, and a small page to look at it."""
