"""One status everywhere: the availability of the voice cloud and the presence of Omnichannel (B, E)."""
