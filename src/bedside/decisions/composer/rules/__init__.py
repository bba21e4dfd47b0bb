"""The nouns and pure decisions of the composer."""

from bedside.decisions.composer.rules.content import Content, Draft, Problem, Where
from bedside.decisions.composer.rules.document import Block, Brand, Colour, Document, Dress, Kind
from bedside.decisions.composer.rules.fields import FIELDS, MergeField, Source, fields_for

__all__ = [
    "FIELDS",
    "Block",
    "Brand",
    "Colour",
    "Content",
    "Document",
    "Draft",
    "Dress",
    "Kind",
    "MergeField",
    "Problem",
    "Source",
    "Where",
    "fields_for",
]
