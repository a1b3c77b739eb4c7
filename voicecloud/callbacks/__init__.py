"""Callback requests: left by customers on callback lists, listed and closed by whoever handles them."""
