"""The real-time event interface: a SignalR hub over WebSocket."""
