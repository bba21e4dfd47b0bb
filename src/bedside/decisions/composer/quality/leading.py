"""Links: whether their words say where they lead, and how many there are (WCAG 2.2, 2.4.4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bedside.decisions.composer.quality.nouns import Light, Remark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.decisions.composer.quality.finished_page import Link

LINKS_MAX = 20
_VAGUE = frozenset(
    {
        "click", "click here", "here", "go", "go here", "tap here", "link", "this link", "this", "this page", "page",
        "more", "read more", "learn more", "see more", "find out more", "more info", "more information", "info",
        "details", "continue", "start", "button", "website", "open", "view", "visit", "download", "submit",
        "press here", "follow this link", "continue reading", "read on",
    }
)  # fmt: skip
_SIGNS = re.compile(r"[^\w\s]+")
_SHOWN_HOST = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,24})(?:[/?#]\S*)?", re.IGNORECASE)


def link_remarks(links: list[Link]) -> Iterator[Remark]:
    """`links` are the author's own, without the footer's."""
    yield from _each(links)
    yield from _same_words(links)
    if len(links) > LINKS_MAX:
        yield Remark(
            code="many_links",
            light=Light.AMBER,
            sentence=f"The message has {len(links)} links; readers choose none of so many, and filters count them.",
            to_do="Keep the few that matter.",
        )


def _each(links: list[Link]) -> Iterator[Remark]:
    for link in links:
        if not link.words:
            yield _remark(
                "link_empty", Light.RED, "A link has no words; a screen reader reads its address aloud.",
                "Write where it leads, or describe its picture.", link,
            )  # fmt: skip
        elif _plain(link.words) in _VAGUE:
            yield _remark(
                "link_vague", Light.AMBER,
                f"“{link.words}” does not say where the link leads; who listens to links alone is lost.",
                "Name what is behind it, such as “See our hours”.", link,
            )  # fmt: skip
        elif _leads_elsewhere(link):
            yield _remark(
                "link_elsewhere", Light.RED,
                f"The link shows {link.words} and leads to {urlsplit(link.address).hostname}, as phishing does.",
                "Let it lead where it says, or use words instead of an address.", link,
            )  # fmt: skip


def _same_words(links: list[Link]) -> Iterator[Remark]:
    """Once for each wording; vague ones have a remark of their own."""
    known: dict[str, str] = {}
    told: set[str] = set()
    for link in links:
        words = _plain(link.words)
        before = known.setdefault(words, link.address)
        if before != link.address and words and words not in _VAGUE and words not in told:
            told.add(words)
            yield _remark(
                "link_same_words", Light.AMBER, f"“{link.words}” leads to different places.",
                "Give each link words of its own.", link,
            )  # fmt: skip


def _leads_elsewhere(link: Link) -> bool:
    """Words that look like a web address of another site than the link's; of the same site any page will do."""
    match = _SHOWN_HOST.fullmatch(link.words)
    if match is None or not link.address.startswith(("https://", "http://")):
        return False
    try:
        host = (urlsplit(link.address).hostname or "").lower()
    except ValueError:
        return False
    shown = match[1].lower().removeprefix("www.")
    return not (
        host == shown or host.endswith(f".{shown}") or shown.endswith(f".{host.removeprefix('www.')}")
    )


def _plain(words: str) -> str:
    return " ".join(_SIGNS.sub(" ", words).lower().split())


def _remark(code: str, light: Light, sentence: str, to_do: str, link: Link) -> Remark:
    return Remark(code=code, light=light, sentence=sentence, to_do=to_do, quote=link.address)
