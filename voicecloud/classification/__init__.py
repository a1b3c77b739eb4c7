"""Tag classification of calls and callbacks."""
