"""The outside world's telephones: a SIP trunk, and whatever a guest brings; one interface for all."""
