"""The outside world's telephones: simulated people, people in a browser tab, a SIP trunk; one interface for all."""
