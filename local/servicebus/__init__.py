"""A Service Bus for the local run: AMQP 1.0, Microsoft's emulator configuration, durable in SQLite."""
