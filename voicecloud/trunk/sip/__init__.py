"""A SIP trunk through Janus' SIP plugin (docs/sip-trunk.md)."""
