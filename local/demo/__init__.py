"""Life for a running stack, and the organisation it shows: its data lie beside this file."""
