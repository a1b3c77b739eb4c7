"""``python -m voicecloud users|pools|lists …``: the organisation, changed by an administrator."""
