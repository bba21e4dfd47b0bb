"""Text from elsewhere, made safe to store and to show on one line."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def clean(value: str) -> str:
    """Blanks instead of control characters and line breaks, none at the ends."""
    return _CONTROL.sub(" ", value).strip()
