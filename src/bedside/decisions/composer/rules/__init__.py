"""The nouns and pure decisions of the composer."""

from bedside.decisions.composer.rules.blocks import Block, Blocks, Colour, Kind
from bedside.decisions.composer.rules.content import Content, Draft, Problem, Where
from bedside.decisions.composer.rules.fields import FIELDS, MergeField, Source, fields_for

__all__ = [
    "FIELDS",
    "Block",
    "Blocks",
    "Colour",
    "Content",
    "Draft",
    "Kind",
    "MergeField",
    "Problem",
    "Source",
    "Where",
    "fields_for",
]
