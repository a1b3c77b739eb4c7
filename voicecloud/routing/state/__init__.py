"""What is: calls with their legs, agents, pools and timers, and the few ways in which one of them changes."""
