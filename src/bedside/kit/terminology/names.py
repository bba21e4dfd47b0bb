"""Names of codes: ICD-10-CM from the public table in `simple-icd-10-cm`, the others by our value sets.

Only that package's table is read, not the package: importing it takes 2.5 s, finding the names in its table 0.2 s.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bedside.kit.terminology.blocks import BLOCKS, block_of, plain_icd
from bedside.kit.terminology.matching import VALUE_SETS, codes_in
from bedside.kit.terminology.systems import System

if TYPE_CHECKING:
    from collections.abc import Collection

_CATEGORY: Final = 3
_WORDS: Final = re.compile(r"\w+")
_PART: Final = re.compile(
    r"<name>(?P<code>[A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]+)?)</name>\s*<desc>(?P<name>[^<]*)</desc>"
    r"|<extension char=\"(?P<sign>\w)\">(?P<means>[^<]*)</extension>"
)
_Signs = dict[str, str]


def name_of(system: System, code: str) -> str | None:
    """What a code is called, in the words of the public table or of ours; None if neither knows it."""
    if system is System.ICD10CM:
        return _icd_name(plain_icd(code))
    keys = codes_in(system, code)
    return VALUE_SETS[min(keys)].label if keys else None


def codes_named(words: Collection[str], *, most: int) -> list[str]:
    """ICD-10-CM codes in whose name, or in the name of whose block, each of these words begins a word.

    With their points, names before blocks, without those below one that is given; at most `most`. None without words.
    """
    folded = [part for word in words for part in _plain(word).split()]
    if not folded:
        return []
    found: list[str] = []
    for code, name in _searchable():
        if len(found) == most:
            break
        if all(f" {word}" in name for word in folded) and not code.startswith(tuple(found)):
            found.append(code)
    for block in BLOCKS.values():
        if len(found) < most and all(f" {word}" in f" {_plain(block.label)}" for word in folded):
            found += [code for code in _categories(block.key) if code not in found]
    return [f"{code[:3]}.{code[3:]}" if code[3:] else code for code in found[:most]]


def has_codes_below(code: str) -> bool:
    """Whether the public table of ICD-10-CM divides this code further."""
    return plain_icd(code) in _divided()


@lru_cache(maxsize=1)
def _searchable() -> list[tuple[str, str]]:
    """Each code with the words of its name, a space before each; the shortest codes first."""
    return [(code, f" {_plain(name)}") for code, name in sorted(_table()[0].items(), key=_by_length)]


def _by_length(row: tuple[str, str]) -> tuple[int, str]:
    return len(row[0]), row[0]


@lru_cache(maxsize=1)
def _divided() -> frozenset[str]:
    names, signs = _table()
    return frozenset({code[:length] for code in names for length in range(3, len(code))} | set(signs))


@lru_cache(maxsize=64)
def _categories(block_key: str) -> tuple[str, ...]:
    inside = (code for code in _table()[0] if len(code) == _CATEGORY)
    return tuple(code for code in inside if (block := block_of(code)) and block.key == block_key)


def _plain(text: str) -> str:
    return " ".join(_WORDS.findall(text.casefold()))


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, str], dict[str, _Signs]]:
    """Names by code without points; and, by the code it is said of, what a last sign means. Empty without the table."""
    names: dict[str, str] = {}
    signs: dict[str, _Signs] = {}
    owner = ""
    for found in _PART.finditer(_text()):
        if code := found["code"]:
            owner = code.replace(".", "")
            names[owner] = html.unescape(found["name"])
        elif owner:
            signs.setdefault(owner, {})[found["sign"]] = " ".join(html.unescape(found["means"]).split())
    return names, signs


def _text() -> str:
    package = find_spec("simple_icd_10_cm")  # finds, does not import
    folders = package.submodule_search_locations if package else None
    tables = [
        path for folder in folders or () for path in sorted(Path(folder, "data").glob("icd10c-tabular*.xml"))
    ]
    return tables[-1].read_text(encoding="utf-8") if tables else ""


def _icd_name(plain: str) -> str | None:
    names, signs = _table()
    if not plain or plain in names:
        return names.get(plain)
    base, sign = plain[:-1].rstrip("X"), plain[-1]
    for length in range(len(base), 2, -1):  # the nearest code above that says what the sign means
        if means := signs.get(base[:length], {}).get(sign):
            return f"{names[base]}, {means}" if base in names else None
    return None
