"""Recordings of calls, to be heard by who may see the activity (G2)."""
