"""The groups that are counted: value sets and blocks of ICD-10-CM that would harm somebody if they were guessed."""

from __future__ import annotations

from typing import Final

from bedside.decisions.segments.rules.reveals import Group
from bedside.kit.terminology import (
    BLOCKS,
    VALUE_SETS,
    Sensitivity,
    SetKind,
    System,
    block_of,
    value_sets_of,
)

# What nearly everybody has had or has done for them, and of which nobody minds that it is guessed.
_HARMLESS: Final = frozenset(
    {
        "annual_visit", "follow_up_visit", "emergency_visit", "dental_cleaning", "dental_exam", "eye_exam",
        "cholesterol_test", "hearing_exam", "mood_screening", "substance_screening", "safety_screening", "antibiotics",
        "pain_medicines", "flu_and_colds",
    }
)  # fmt: skip
# Signs without a diagnosis, how somebody was hurt, and why they came; unless a law protects even that.
_CHAPTERS_PASSED: Final = ("R", "V", "W", "X", "Y", "Z")

VALUE_SET_GROUPS: Final = {
    key: Group(key=key, label=one.label, sensitivity=one.sensitivity)
    for key, one in VALUE_SETS.items()
    if key not in _HARMLESS and one.kind is not SetKind.IMMUNIZATION
}
BLOCK_GROUPS: Final = {
    key: Group(key=key, label=block.label, sensitivity=block.sensitivity)
    for key, block in BLOCKS.items()
    if block.sensitivity.is_special or not key.startswith(_CHAPTERS_PASSED)
}


def groups_of(system: System, code: str, *, name: str) -> list[Group]:
    """The groups that somebody with this code is in; none for what harms nobody."""
    found = [
        VALUE_SET_GROUPS[key]
        for key in sorted(value_sets_of(system, code, name=name))
        if key in VALUE_SET_GROUPS
    ]
    block = block_of(code) if system is System.ICD10CM else None
    if block is not None and block.key in BLOCK_GROUPS:
        found.append(BLOCK_GROUPS[block.key])
    return found


def word_group(word: str) -> Group:
    """People of whom a practice wrote the same word that no value set knows. Its words are as telling as health."""
    return Group(key=f"word:{word}", label=f"“{word}”", sensitivity=Sensitivity.HEALTH)
