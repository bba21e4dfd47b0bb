"""What medical codes mean, and how telling they are: vocabularies, value sets, blocks and names.

Promise: written by us from public facts; nothing is looked up outside, and an unknown code is never harmless.
Not covered: it is no terminology server. A code that no value set and no block knows is HEALTH and nothing finer.
No keys, no clock, no network. Keys of value sets and blocks are stored by others and are never given a new meaning.
"""

from bedside.kit.terminology.blocks import BLOCKS, Block, block_of
from bedside.kit.terminology.matching import VALUE_SETS, value_sets_of
from bedside.kit.terminology.names import codes_named, has_codes_below, name_of
from bedside.kit.terminology.nouns import SetKind, ValueSet
from bedside.kit.terminology.sensitivity import Sensitivity
from bedside.kit.terminology.systems import SYSTEM_LABELS, System, system_of
from bedside.kit.terminology.telling import sensitivities_of, sensitivity_of, strictest

__all__ = [
    "BLOCKS",
    "SYSTEM_LABELS",
    "VALUE_SETS",
    "Block",
    "Sensitivity",
    "SetKind",
    "System",
    "ValueSet",
    "block_of",
    "codes_named",
    "has_codes_below",
    "name_of",
    "sensitivities_of",
    "sensitivity_of",
    "strictest",
    "system_of",
    "value_sets_of",
]
