"""Calls that no webhook and no phone has told of: mobile, Teams, desk, and whatever was missed (H, K10)."""
