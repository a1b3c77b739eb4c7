"""The world around routing: tells it what happens and does what it says."""
