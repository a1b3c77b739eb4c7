"""Calls that no webhook and no phone has reported: mobile, Teams, desk, and whatever was missed (H, K10)."""
