"""Telephones and customers without media: played by the voice cloud itself, so that pools live without a browser."""
