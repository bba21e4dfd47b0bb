"""What medical codes mean, and how telling they are: vocabularies, value sets, blocks and names.

Promise: written by us from public facts; nothing is looked up outside, and an unknown code is never harmless.
Not covered: it is no terminology server. A code that no value set and no block knows is HEALTH and nothing finer.
No keys, no clock, no network. Keys of value sets and blocks are stored by others and are never given a new meaning.
"""

from bedside.kit.terminology.sensitivity import Sensitivity
from bedside.kit.terminology.systems import System, system_of

__all__ = ["Sensitivity", "System", "system_of"]
