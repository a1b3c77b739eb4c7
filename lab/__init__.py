"""Where a voice cloud is tried out: simulated customers, users, telephones and voices, and a page to play them by.

``python -m lab`` is a voice cloud with all of that attached (docs/lab.md). The voice cloud knows nothing of it: the lab
comes in as a guest of its telephony, of its media process and of its web application.
"""
