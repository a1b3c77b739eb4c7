"""The broker's HTTP port: health, entity management, and the switches for tests."""
