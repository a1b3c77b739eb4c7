"""Passwords and secret keys."""

from voicecloud import passwords


def test_only_the_password_matches() -> None:
    """A hash knows its password, and an account without one none at all."""
    stored = passwords.hashed("secret")
    assert passwords.matches("secret", stored)
    assert not passwords.matches("Secret", stored)
    assert not passwords.matches("", "")


def test_hashes_are_salted() -> None:
    """The same password is stored differently each time."""
    assert passwords.hashed("secret") != passwords.hashed("secret")


def test_a_secret_key_changes_with_user_and_version() -> None:
    """Raising the version makes a new key; users have different ones."""
    keys = {passwords.secret_key(b"k", user, version) for user in ("a", "b") for version in (1, 2)}
    assert len(keys) == 4
