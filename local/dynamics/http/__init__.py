"""The environment over HTTP: the Web API, the pages, the switches of the stand-in."""
