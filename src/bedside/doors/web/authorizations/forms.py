"""What was typed into the builder and the page for papers, shaped; the room decides."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from bedside.ground.errors import Refusal
from bedside.records.authorizations.actions import KeyedPaper
from bedside.records.authorizations.rules import (
    Content,
    DocumentKind,
    Expiry,
    ExpiryException,
    Language,
    Part,
    Purpose,
    PurposeKind,
    SignaturePurpose,
    SignerKind,
)
from bedside.records.consent.rules import Evidence, ExpiryEvent, Sensitivity, StateProfile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

    from django.http import QueryDict

    One = TypeVar("One", bound=StrEnum)
else:
    One = TypeVar("One")

NOTE_LENGTH_MAX = 500
_DIGITS_MAX = 5


def content_from(post: QueryDict) -> Content:
    """Whatever was typed, complete or not. Raises Refusal for a form that no page of ours sends."""
    return Content(
        name=post.get("name", "").strip(),
        kind=_one(DocumentKind, post.get("kind", ""), DocumentKind.AUTHORIZATION),
        profile=_one(StateProfile, post.get("profile", ""), StateProfile.FEDERAL),
        purposes=tuple(post.getlist("purposes")),
        sensitivities=tuple(_several(Sensitivity, post.getlist("sensitivities"))),
        psychotherapy_notes=post.get("psychotherapy_notes") == "yes",
        remuneration=post.get("remuneration") == "yes",
        conditioned=post.get("conditioned") == "yes",
        expiry=Expiry(
            days=_days(post.get("days", "")),
            event=_or_none(ExpiryEvent, post.get("event", "")),
            exception=_or_none(ExpiryException, post.get("exception", "")),
        ),
        also_signs=frozenset(_several(SignaturePurpose, post.getlist("also_signs"))),
        texts={
            language: {
                part: post.get(f"text-{language.value}-{part.value}", "").replace("\r\n", "\n").strip()
                for part in Part
            }
            for language in Language
        },
    )


def paper_from(post: QueryDict) -> KeyedPaper:
    """Raises Refusal for a date that is none."""
    form = post.get("form", "")
    return KeyedPaper(
        signed_on=_day(post.get("signed_on", ""), "Give the day on which it was signed.") or _no_day(),
        signer_name=" ".join(post.get("signer_name", "").split()),
        signer=_one(SignerKind, post.get("signer", ""), SignerKind.SELF),
        authority=" ".join(post.get("authority", "").split()),
        language=_one(Language, post.get("language", ""), Language.ENGLISH),
        version_id=_id(form) if form and form != "other" else None,
        purposes=tuple(post.getlist("purposes")),
        sensitivities=tuple(_several(Sensitivity, post.getlist("sensitivities"))),
        expires_on=_day(post.get("expires_on", ""), "Give the day on which it ends as a date."),
        expires_event=_or_none(ExpiryEvent, post.get("expires_event", "")),
        remuneration=post.get("remuneration") == "yes",
        names_us=post.get("names_us") == "yes",
        # That somebody pays is asked once: whoever ticks it has seen the statement.
        seen=frozenset({*_several(Part, post.getlist("seen")), Part.REMUNERATION}),
        combined=post.get("combined") == "yes",
        note=post.get("note", "").strip()[:NOTE_LENGTH_MAX],
    )


def purpose_from(post: QueryDict) -> Purpose:
    """Raises Refusal for a kind that is none."""
    names = {language: " ".join(post.get(f"name-{language.value}", "").split()) for language in Language}
    try:
        kind = PurposeKind(post.get("kind", ""))
    except ValueError:
        raise Refusal("purpose_kind", "Choose what sort of use it is.") from None
    kept = {language: name for language, name in names.items() if name}
    return Purpose(code=post.get("code", "").strip(), kind=kind, names=kept, own=True)


def evidence_from(post: QueryDict, *, origin: str) -> Evidence:
    note = post.get("note", "").strip()[:NOTE_LENGTH_MAX]
    return Evidence(wording="staff-1", language="en", network_address=origin, note=note)


def day_from(text: str) -> date:
    """Raises Refusal."""
    return _day(text, "Give the day as a date.") or _no_day()


def _one(kinds: type[One], text: str, otherwise: One) -> One:
    try:
        return kinds(text)
    except ValueError:
        return otherwise


def _or_none(kinds: type[One], text: str) -> One | None:
    try:
        return kinds(text) if text else None
    except ValueError:
        raise Refusal("form", "This form does not fit; load the page again.") from None


def _several(kinds: type[One], texts: Iterable[str]) -> list[One]:
    try:
        return [kinds(text) for text in texts]
    except ValueError:
        raise Refusal("form", "This form does not fit; load the page again.") from None


def _days(text: str) -> int | None:
    """None for nothing typed; 0, which no form may have, for what is no number."""
    plain = text.strip()
    if not plain:
        return None
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= _DIGITS_MAX else 0


def _day(text: str, sentence: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refusal("day", sentence) from None


def _no_day() -> date:
    raise Refusal("day", "Give the day on which it was signed.")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("form", "Choose one of the forms from the list.") from None
