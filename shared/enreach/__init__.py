"""The voice cloud: EnreachAPI (REST)."""
