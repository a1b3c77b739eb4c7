"""The words that routing, records and phones share: a call and its events, its states, and availability."""
