"""The control page, where one plays the customer of a demo: for local use only."""
