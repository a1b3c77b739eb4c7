"""A host for the Functions app: Microsoft's own Python runtime, our triggers. Nothing the app imports."""
