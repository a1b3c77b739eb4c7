"""The broker as clients meet it: AMQP connections, sessions and links, tokens, management requests, faults."""
