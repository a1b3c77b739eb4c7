"""AMQP 1.0 on the wire: types, performatives, frames and message sections (OASIS AMQP 1.0, parts 1 to 3)."""
