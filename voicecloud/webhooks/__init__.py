"""Webhooks out: subscriptions, durable delivery with back-off, and a log of the attempts."""
