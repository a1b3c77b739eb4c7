"""What happens: the way of a call through pools and people, and what those in it do. Above ``state``."""
