"""Which version of each part of a chart was written and is held: what the ledger is compared with.

Both are said as one code of a person, such as `condition1.visit3`: kinds in the order of the alphabet, each with its
version. An act on thousands has one entry for each code that occurs among them, so it has to be short, and no longer
than a detail of the ledger may be: eight kinds at version 99,999 are.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, LiteralString

from bedside.ground.rows import fetch_binary
from bedside.ground.scope import Scope, reading

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

_PART: Final = re.compile(r"([a-z?]+)([0-9]+)")
_MET_MAX: Final = 65_536
# A kind that no part has would let one row pass as two, or as a newer one: "visit1" in version 2 as "visit" in 12.
_HELD: LiteralString = """
    SELECT patient_id,
        string_agg(CASE WHEN kind ~ '^[a-z]+$' THEN kind ELSE '?' END || version, '.' ORDER BY kind COLLATE "C")
    FROM charts_part WHERE practice_id = %s AND (%s OR patient_id = ANY(%b::uuid[])) GROUP BY patient_id
"""


def code_of(versions: Mapping[str, int]) -> str:
    return ".".join(f"{kind}{version}" for kind, version in sorted(versions.items()))


def versions_in(code: str) -> dict[str, int]:
    """The version of each kind. Never raises: what is no code of a person has no versions."""
    return {kind: int(version) for kind, version in _PART.findall(code)}


@lru_cache(maxsize=_MET_MAX)
def later(code: str, written: str) -> str:
    """The code of a person of whom these parts were written as well; of each kind the highest version ever written."""
    versions = versions_in(code)
    for kind, version in versions_in(written).items():
        versions[kind] = max(version, versions.get(kind, 0))
    return code_of(versions)


def held_versions(scope: Scope, only: Collection[UUID] | None = None) -> dict[UUID, str]:
    """The code of everybody who has a chart, or of these; nothing is opened for it."""
    with reading(scope):
        rows = fetch_binary(_HELD, [scope.practice_id, only is None, list(only or ())])
    met: dict[str, str] = {}  # few codes, many people: one text of each is kept
    return {patient_id: met.setdefault(code, code) for patient_id, code in rows}
