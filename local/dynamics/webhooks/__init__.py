"""Webhooks out: registered steps are told of writes, as the service tells them."""
