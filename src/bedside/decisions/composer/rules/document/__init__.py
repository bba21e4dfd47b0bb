"""Structured documents: blocks, their JSON, their bounds, and the MJML they stand for."""

from bedside.decisions.composer.rules.document.colours import SHADES, Colour, Shade
from bedside.decisions.composer.rules.document.dress import Brand, Dress, Font, Network, PictureLook
from bedside.decisions.composer.rules.document.kinds import IN_COLUMN, KINDS, BlockKind, Control, Kind, Part
from bedside.decisions.composer.rules.document.markup import Markup, to_mjml
from bedside.decisions.composer.rules.document.nodes import BLOCKS_MAX, Block, Document, Edition
from bedside.decisions.composer.rules.document.pillars import Pillar, missing_pillars
from bedside.decisions.composer.rules.document.stored import from_json, to_json

__all__ = [
    "BLOCKS_MAX",
    "IN_COLUMN",
    "KINDS",
    "SHADES",
    "Block",
    "BlockKind",
    "Brand",
    "Colour",
    "Control",
    "Document",
    "Dress",
    "Edition",
    "Font",
    "Kind",
    "Markup",
    "Network",
    "Part",
    "PictureLook",
    "Pillar",
    "Shade",
    "from_json",
    "missing_pillars",
    "to_json",
    "to_mjml",
]
