"""Calls of mobiles, Teams and desk phones: found in the voice cloud's records, and the rules for them (H)."""
