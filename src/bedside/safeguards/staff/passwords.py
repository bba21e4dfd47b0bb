"""First passwords: made by the machine, handed over once, changed at the first sign-in."""

from __future__ import annotations

import secrets

# Without signs that look alike on paper (0 O, 1 l I); 5 x 4 of 31 signs are 99 bits.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS = 5
_GROUP_LENGTH = 4


def first_password() -> str:
    """A random password that can be read out over the telephone."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
