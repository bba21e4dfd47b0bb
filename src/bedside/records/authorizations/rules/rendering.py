"""A form as the person reads it, and the signed document as it is kept: the same bytes for the same content for ever.

The text that is read before signing (`form_text`) stands unchanged inside the document that is kept afterwards
(`document_bytes`), so that what was read can be shown byte for byte (AUT-18).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Final

from bedside.records.authorizations.rules.completeness import wanted_parts
from bedside.records.authorizations.rules.nouns import Language, Part, SignatureKind, SignerKind
from bedside.records.authorizations.rules.words import EVENT_WORDS, HEADINGS, MONTHS, WORDS
from bedside.records.consent.rules import StateProfile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime
    from uuid import UUID

    from bedside.records.authorizations.rules.nouns import Content, Expiry, Purpose, Signature

# 14 points, so that every form could be used in California (Cal. Civ. Code 56.11); the others are set a little smaller.
LARGE_POINTS: Final = 14
_USUAL_POINTS: Final = 12
_STYLE = (
    "body{{font:{points}pt/1.5 sans-serif;max-width:42em;margin:2em auto;padding:0 1em;color:#111;background:#fff;"
    "overflow-wrap:anywhere}}h1,h2{{font-size:{points}pt;line-height:1.3;margin:1.2em 0 .3em}}p,ul{{margin:0 0 .6em}}"
    "h1{{font-size:{title}pt}}.signature{{border-top:2px solid #111;margin-top:2em}}svg{{width:100%;max-width:30em;"
    "height:auto}}svg path{{fill:none;stroke:#111;stroke-width:3}}"
)
DRAWING_WIDTH: Final = 600
DRAWING_HEIGHT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What stands below the text. `person` is the patient's name on record; `signed_at` is in the practice's zone."""

    document_id: UUID
    person: str
    signature: Signature
    signed_at: datetime
    zone: str


def last_day(expiry: Expiry, *, signed_on: date) -> date | None:
    """The last day on which the form counts. One of 365 days, signed on 1 March, ends on the last day of February."""
    return signed_on + timedelta(days=expiry.days) if expiry.days is not None else None


def day_in_words(day: date, language: Language) -> str:
    """`March 3, 2027` or `3 de marzo de 2027`."""
    month = MONTHS[language][day.month - 1]
    if language is Language.SPANISH:
        return f"{day.day} de {month} de {day.year}"
    return f"{month} {day.day}, {day.year}"


def ending_in_words(expiry: Expiry, *, signed_on: date, language: Language) -> str:
    """When the form ends, as one sentence."""
    words, last = WORDS[language], last_day(expiry, signed_on=signed_on)
    event = EVENT_WORDS[language][expiry.event] if expiry.event else ""
    if last is None:
        return words["ends_with"].format(event=event) if event else words["ends_never"]
    day = day_in_words(last, language)
    return words["ends_either"].format(day=day, event=event) if event else words["ends_on"].format(day=day)


def form_text(
    content: Content,
    language: Language,
    *,
    purposes: Mapping[str, Purpose],
    practice: str,
    postal_address: str,
    signed_on: date,
) -> str:
    """The form as HTML without any style, as it is read when signed on this day."""
    large = " large" if content.profile is StateProfile.CALIFORNIA else ""
    pieces = [f'<article class="form{large}" lang="{language.value}">', _heading(content, language)]
    pieces.append(f"<p>{escape(practice)}<br>{escape(' · '.join(postal_address.split(chr(10))))}</p>")
    for part in wanted_parts(content):
        if part is Part.TITLE:
            continue
        pieces.append(f"<h2>{escape(HEADINGS[language][part])}</h2>")
        if part is Part.REASON:
            pieces.append(_list(purposes[code].name(language) for code in content.purposes))
        pieces += _paragraphs(content.text(language, part))
    pieces.append(f"<h2>{escape(WORDS[language]['ends'])}</h2>")
    pieces += _paragraphs(ending_in_words(content.expiry, signed_on=signed_on, language=language))
    pieces.append(f"<h2>{escape(WORDS[language]['copy'])}</h2>")
    pieces += _paragraphs(WORDS[language]["copy_text"])
    return "\n".join([*pieces, "</article>"])


def document_bytes(text: str, language: Language, *, signed: Signed, large: bool, title: str) -> bytes:
    """The whole signed document, good to be kept, shown and printed without anything else."""
    points = LARGE_POINTS if large else _USUAL_POINTS
    style = _STYLE.format(points=points, title=points + 4)
    return (
        f'<!doctype html>\n<html lang="{language.value}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{style}</style></head>\n<body>\n{text}\n{_signature(language, signed)}\n</body>\n</html>\n"
    ).encode()


def sha256_of(rendering: bytes) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(rendering).hexdigest()


def _heading(content: Content, language: Language) -> str:
    return f"<h1>{escape(content.text(language, Part.TITLE))}</h1>"


def _list(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _paragraphs(text: str) -> list[str]:
    return [f"<p>{escape(line.strip())}</p>" for line in text.splitlines() if line.strip()]


def _signature(language: Language, signed: Signed) -> str:
    words, signature = WORDS[language], signed.signature
    by_other = signature.signer is SignerKind.REPRESENTATIVE
    lines = [f"{words['person']}: {signed.person}", f"{words['signed_by']}: {signature.name}"]
    if by_other:
        lines.append(f"{words['authority']}: {signature.authority}")
    at = signed.signed_at
    lines.append(
        f"{words['signed_at']}: {day_in_words(at.date(), language)}, {at:%H:%M:%S} {signed.zone} (UTC{at:%z})"
    )
    lines.append(f"{words['number']}: {signed.document_id}")
    rows = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<section class="signature" lang="{language.value}">{_mark(words, signature)}{rows}</section>'


def _mark(words: Mapping[str, str], signature: Signature) -> str:
    if signature.kind is SignatureKind.DRAWN:
        box = f"0 0 {DRAWING_WIDTH} {DRAWING_HEIGHT}"
        label = escape(words["drawn"])
        return f'<svg viewBox="{box}" role="img" aria-label="{label}"><path d="{escape(signature.drawing)}"/></svg>'
    return f"<p><strong>/s/ {escape(signature.name)}</strong></p>"
