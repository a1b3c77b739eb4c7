"""The world around routing: reports to it what happens and does what it decides."""
