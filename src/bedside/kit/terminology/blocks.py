"""The blocks of ICD-10-CM: "E08-E13 Diabetes mellitus". Every code lies in exactly one."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bedside.kit.terminology.block_table import BLOCK_ROWS

if TYPE_CHECKING:
    from bedside.kit.terminology.sensitivity import Sensitivity

_CODE: Final = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}\Z|QA0[0-9A-Z]{0,4}\Z")
_ELSEWHERE: Final = MappingProxyType(
    {"C4A": "C43-C44", "M1A": "M05-M14", "Z3A": "Z30-Z39", "C7A": "C7A", "C7B": "C7B", "D3A": "D3A"}
)
"""Categories that are not where the order of signs would put them: in another block, or amid one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`key` is the range as printed, or the single category it consists of."""

    key: str
    label: str
    sensitivity: Sensitivity


BLOCKS: Final = MappingProxyType(
    {key: Block(key=key, label=label, sensitivity=telling) for key, label, telling in BLOCK_ROWS}
)
_ORDERED: Final = sorted((key[:3], key[-3:], block) for key, block in BLOCKS.items() if key not in _ELSEWHERE)
_STARTS: Final = [first for first, _, _ in _ORDERED]


def plain_icd(code: str) -> str:
    """A code without its point and in capitals; empty if it has not the shape of one."""
    plain = code.strip().upper().replace(".", "", 1)
    return plain if _CODE.match(plain) else ""


def block_of(icd10: str) -> Block | None:
    """The block of a code or category, with or without the point; None if there is none."""
    category = plain_icd(icd10)[:3]
    if not category:
        return None
    if category in _ELSEWHERE:
        return BLOCKS[_ELSEWHERE[category]]
    place = bisect_right(_STARTS, category) - 1
    if place < 0 or not _ORDERED[place][0] <= category <= _ORDERED[place][1]:
        return None
    return _ORDERED[place][2]
