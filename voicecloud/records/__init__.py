"""What is kept of every call. ``model`` and ``rules`` are pure; whatever stores or serves the rows lies beside them."""
