"""Numbers that prove themselves: pure arithmetic on digits."""

from __future__ import annotations

import re
from typing import Final

# MBI, CMS 2019: C A AN N A AN N A A N N, letters without S, L, O, I, B, Z.
_MBI: Final = re.compile(
    r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9]"
    r"[AC-HJKMNP-RT-Y]{2}[0-9]{2}"
)
_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES: Final = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10)), strict=True)
)
_NPI_PREFIX: Final = "80840"  # of the United States, for cards that identify people (ISO/IEC 7812)
_NPI_LENGTH: Final = 10
_CARD_LENGTHS: Final = range(13, 20)
_SSN_LENGTH: Final = 9


def luhn(digits: str) -> bool:
    """True if the last digit checks the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004  the sum of its two digits
    return bool(digits) and total % 10 == 0


def is_npi(digits: str) -> bool:
    return len(digits) == _NPI_LENGTH and digits[0] in "12" and luhn(_NPI_PREFIX + digits)


def is_card(digits: str) -> bool:
    """A payment card's number: its length, a first digit that is given out, and its check digit."""
    return len(digits) in _CARD_LENGTHS and digits[0] in "23456" and len(set(digits)) > 1 and luhn(digits)


def is_ssn(digits: str) -> bool:
    """A number that the Social Security Administration may have given out; it has no check digit."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return len(digits) == _SSN_LENGTH and area not in {"000", "666"} and group != "00" and serial != "0000"


def is_mbi(text: str) -> bool:
    return _MBI.fullmatch(text.replace("-", "").upper()) is not None


def is_vin(text: str) -> bool:
    """A vehicle's number with its check sign in the ninth place (49 CFR 565.15)."""
    signs = text.upper()
    if not _VIN.fullmatch(signs):
        return False
    total = sum(
        (int(sign) if sign.isdigit() else _VIN_VALUES[sign]) * weight
        for sign, weight in zip(signs, _VIN_WEIGHTS, strict=True)
    )
    return "0123456789X"[total % 11] == signs[8]
