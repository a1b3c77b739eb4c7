"""Access keys as the Functions host has them: one per function, one for all functions, and the master key."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

MASTER = "_master"
DEFAULT = "default"


@dataclass(frozen=True)
class Keys:
    """``master`` opens everything, ``default`` every function of level *function*, ``functions`` its own function."""

    master: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    default: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    functions: Mapping[str, str] = field(default_factory=dict)

    def allow(self, function: str, level: str, given: str) -> bool:
        """Whether a key opens a function of a level (anonymous, function, admin)."""
        if level == "anonymous":
            return True
        accepted = [self.master]
        if level == "function":
            accepted += [self.default, self.functions.get(function, "")]
        return any(key and hmac.compare_digest(key.encode(), given.encode()) for key in accepted)
