"""Announcements of the pools: texts and uploaded audio (I4)."""
