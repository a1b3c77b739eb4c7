"""Calls and the activity each of them becomes (G, K2)."""
