"""Voices: one WebRTC peer connection a leg, forwarded between legs without decoding, recorded as they come."""
