"""The pools of the voice cloud, as the Functions app sees them: their figures, and who takes their calls."""
