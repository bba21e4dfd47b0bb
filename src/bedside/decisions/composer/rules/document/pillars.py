"""The four things a monthly letter of a practice stands on, and which of them one lacks."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.document.kinds import Kind

if TYPE_CHECKING:
    from bedside.decisions.composer.rules.document.nodes import Document


class Pillar(StrEnum):
    HEALTH_TOPIC = "health_topic"
    BLOG = "blog"
    PROVIDER = "provider"
    SERVICE = "service"


PILLAR_KINDS = {
    Pillar.HEALTH_TOPIC: Kind.TOPIC,
    Pillar.BLOG: Kind.ARTICLE,
    Pillar.PROVIDER: Kind.PROVIDER,
    Pillar.SERVICE: Kind.OFFER,
}
PILLAR_SENTENCES = {
    Pillar.HEALTH_TOPIC: "It has no health topic: something worth knowing is why people open the next one.",
    Pillar.BLOG: "It has no link to an article of yours, where somebody who liked it would read on.",
    Pillar.PROVIDER: "It shows nobody of your team; people come to people.",
    Pillar.SERVICE: "It names no service with what to do next, so nothing can come of it.",
}


def missing_pillars(document: Document) -> tuple[Pillar, ...]:
    """The pillars without a block of their kind, in their order. A block for some people only does not count."""
    there = {block.kind for block in document.blocks if not block.show_if}
    return tuple(pillar for pillar, kind in PILLAR_KINDS.items() if kind not in there)
