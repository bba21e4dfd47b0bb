"""What keeps a form from being published: each thing one sentence with its citation. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bedside.records.authorizations.rules.nouns import (
    DAYS_MAX,
    LANGUAGE_NAMES,
    YEAR_DAYS,
    Content,
    DocumentKind,
    Language,
    Part,
    PurposeKind,
)
from bedside.records.consent.rules import Sensitivity, StateProfile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedside.records.authorizations.rules.nouns import Purpose

TEXT_LENGTH_MAX = 4000
_WORDS_MIN = 3
_LETTER = re.compile(r"[^\W\d_]")
_PLACEHOLDER = re.compile(
    r"\[[^\]]*\]|_{3,}|\.{4,}|\bx{3,}\b|\b(lorem|ipsum|tbd|todo|fixme|placeholder|insert here|describe here)\b",
    re.IGNORECASE,
)
_PLAIN_PARTS: Final = (Part.TITLE,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to put right. `part` and `language` say where; None where it is about the whole form."""

    code: str
    sentence: str
    citation: str
    part: Part | None = None
    language: Language | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Element:
    """`missing` completes "Say ... in English."."""

    missing: str
    federal: str
    part2: str

    def citation(self, kind: DocumentKind) -> str:
        return self.part2 if kind is DocumentKind.PART2_CONSENT else self.federal


ELEMENTS: Final[Mapping[Part, _Element]] = {
    Part.TITLE: _Element(missing="what the form is called", federal="45 CFR 164.508(c)(3)", part2="42 CFR 2.31(a)"),
    Part.INFORMATION: _Element(
        missing="which information is used, so that a stranger would know what is meant",
        federal="45 CFR 164.508(c)(1)(i)", part2="42 CFR 2.31(a)(3)",
    ),
    Part.DISCLOSER: _Element(
        missing="who may use the information or give it away",
        federal="45 CFR 164.508(c)(1)(ii)", part2="42 CFR 2.31(a)(2)",
    ),
    Part.RECIPIENT: _Element(
        missing="who may get the information", federal="45 CFR 164.508(c)(1)(iii)", part2="42 CFR 2.31(a)(4)",
    ),
    Part.REASON: _Element(
        missing="what the information is used for", federal="45 CFR 164.508(c)(1)(iv)", part2="42 CFR 2.31(a)(5)",
    ),
    Part.REMUNERATION: _Element(
        missing="that we are paid for it, and by whom", federal="45 CFR 164.508(a)(3)(ii), (a)(4)", part2="",
    ),
    Part.REVOKE: _Element(
        missing="that the person may take it back in writing, how, and what stays as it was",
        federal="45 CFR 164.508(c)(2)(i)", part2="42 CFR 2.31(a)(6)",
    ),
    Part.CONDITIONING: _Element(
        missing="whether care depends on signing", federal="45 CFR 164.508(c)(2)(ii)", part2="42 CFR 2.31(a)(10)",
    ),
    Part.REDISCLOSURE: _Element(
        missing="that whoever gets the information may pass it on and it is then no longer protected",
        federal="45 CFR 164.508(c)(2)(iii)", part2="42 CFR 2.31(a)(10)",
    ),
}  # fmt: skip


def wanted_parts(content: Content) -> tuple[Part, ...]:
    """The texts that this form cannot do without."""
    paid = content.remuneration and content.kind is DocumentKind.AUTHORIZATION
    return tuple(part for part in Part if part is not Part.REMUNERATION or paid)


def problems(content: Content, *, purposes: Mapping[str, Purpose], practice_name: str) -> tuple[Problem, ...]:
    """Everything that keeps the form from being published; empty when it may be."""
    return (
        *_texts(content),
        *_sender(content, practice_name),
        *_purposes(content, purposes),
        *_expiry(content, purposes),
        *_alone(content),
        *_conditioned(content, purposes),
        *_profile(content, purposes),
    )


def is_placeholder(text: str, *, title: bool = False) -> bool:
    """True for a text that says nothing yet: empty, too few words, dots, or a place left to fill in."""
    words = [word for word in text.split() if _LETTER.search(word)]
    return len(words) < (1 if title else _WORDS_MIN) or _PLACEHOLDER.search(text) is not None


def _texts(content: Content) -> Iterator[Problem]:
    if not content.languages:
        yield Problem(
            code="no_language",
            sentence="Write the form in at least one language.",
            citation="45 CFR 164.508(c)(3)",
        )
    for language in content.languages:
        for part in wanted_parts(content):
            text = content.text(language, part)
            if is_placeholder(text, title=part in _PLAIN_PARTS):
                yield _about(content, part, language, f"Say {ELEMENTS[part].missing}")
            elif len(text) > TEXT_LENGTH_MAX:
                yield _about(content, part, language, f"Use at most {TEXT_LENGTH_MAX} characters")


def _about(content: Content, part: Part, language: Language, lead: str) -> Problem:
    return Problem(
        code=f"missing_{part.value}",
        sentence=f"{lead}, in {LANGUAGE_NAMES[language]}.",
        citation=ELEMENTS[part].citation(content.kind),
        part=part,
        language=language,
    )


def _sender(content: Content, practice_name: str) -> Iterator[Problem]:
    """A form that does not name us lets us send nothing, whoever signs it."""
    for language in content.languages:
        named = (
            f"{content.text(language, Part.DISCLOSER)} {content.text(language, Part.RECIPIENT)}".casefold()
        )
        if content.text(language, Part.DISCLOSER) and practice_name.casefold() not in named:
            yield Problem(
                code="sender_not_named",
                sentence=f"Name {practice_name} as the one who may use the information, "
                f"in {LANGUAGE_NAMES[language]}.",
                citation=ELEMENTS[Part.DISCLOSER].citation(content.kind),
                part=Part.DISCLOSER,
                language=language,
            )


def _purposes(content: Content, known: Mapping[str, Purpose]) -> Iterator[Problem]:
    citation = ELEMENTS[Part.REASON].citation(content.kind)
    if not content.purposes or any(code not in known for code in content.purposes):
        yield Problem(
            code="missing_purpose",
            sentence="Choose each purpose from the list; campaigns are matched against it.",
            citation=citation,
        )
        return
    cares = {known[code].kind is PurposeKind.CARE for code in content.purposes}
    if content.kind is DocumentKind.AUTHORIZATION and True in cares:
        yield Problem(
            code="care_needs_none",
            sentence="Care, payment and running the practice need no authorization; take this purpose out.",
            citation="45 CFR 164.506(c)",
        )
    if content.kind is DocumentKind.PART2_CONSENT and cares == {True, False}:
        yield Problem(
            code="care_and_more",
            sentence="A consent for care, payment and operations names nothing else; use a form of its own.",
            citation="42 CFR 2.31(a)(5), 2.33(b)",
        )


def _expiry(content: Content, known: Mapping[str, Purpose]) -> Iterator[Problem]:
    expiry = content.expiry
    citation = (
        "42 CFR 2.31(a)(7)" if content.kind is DocumentKind.PART2_CONSENT else "45 CFR 164.508(c)(1)(v)"
    )
    if expiry.days is None and expiry.event is None and not may_never_end(content, known):
        yield Problem(
            code="missing_expiry",
            sentence="Say when it ends: after a number of days, or with an event. Only research may leave this open.",
            citation=citation,
        )
    if expiry.days is not None and not 1 <= expiry.days <= DAYS_MAX:
        yield Problem(
            code="expiry_days", sentence=f"Give the days as a number from 1 to {DAYS_MAX}.", citation=citation
        )


def may_never_end(content: Content, known: Mapping[str, Purpose]) -> bool:
    """Research may (45 CFR 164.508(c)(1)(v)), and a Part 2 consent for care only (42 CFR 2.31(a)(7))."""
    kinds = {known[code].kind for code in content.purposes if code in known}
    return kinds == {PurposeKind.RESEARCH} or (
        content.kind is DocumentKind.PART2_CONSENT and kinds == {PurposeKind.CARE}
    )


def _alone(content: Content) -> Iterator[Problem]:
    if content.also_signs:
        yield Problem(
            code="combined",
            sentence="Give this form a signature of its own; take it out of any other document.",
            citation="45 CFR 164.508(b)(3)"
            if content.kind is DocumentKind.AUTHORIZATION
            else "42 CFR 2.31(b)",
        )
    if content.psychotherapy_notes and (
        len(content.purposes) > 1 or set(content.sensitivities) - {Sensitivity.MENTAL_HEALTH}
    ):
        yield Problem(
            code="psychotherapy_combined",
            sentence="A form about psychotherapy notes is about nothing else; leave it one purpose and no other sort "
            "of information.",
            citation="45 CFR 164.508(b)(3)(ii)",
        )


def _conditioned(content: Content, known: Mapping[str, Purpose]) -> Iterator[Problem]:
    kinds = {known[code].kind for code in content.purposes if code in known}
    if content.conditioned and kinds - {PurposeKind.RESEARCH, PurposeKind.CARE}:
        yield Problem(
            code="conditioned",
            sentence="Care may not depend on signing this; say that it does not.",
            citation="45 CFR 164.508(b)(4)",
            part=Part.CONDITIONING,
        )


def _profile(content: Content, known: Mapping[str, Purpose]) -> Iterator[Problem]:
    """What a state asks for besides. Separate and signed alone is asked of every form here."""
    days = content.expiry.days
    over = days is None or days > YEAR_DAYS
    if content.profile is StateProfile.CALIFORNIA and over and content.expiry.exception is None:
        yield Problem(
            code="california_year",
            sentence="In California it ends within 365 days; choose a shorter time, or record which exception holds.",
            citation="Cal. Civ. Code 56.11",
        )
    if content.profile is StateProfile.WASHINGTON and over:
        yield Problem(
            code="washington_year",
            sentence="A sale of consumer health data ends within 365 days of the signature; choose a shorter time.",
            citation="RCW 19.373.070; Nev. SB 370",
        )
    sold = any(known[code].kind is PurposeKind.SALE for code in content.purposes if code in known)
    if content.profile is StateProfile.WASHINGTON and len(content.purposes) > 1 and sold:
        yield Problem(
            code="washington_separate",
            sentence="A sale of consumer health data needs a form of its own; leave it this one purpose.",
            citation="RCW 19.373.070",
        )
    if sold and not content.remuneration and content.kind is DocumentKind.AUTHORIZATION:
        yield Problem(
            code="sale_unpaid",
            sentence="Somebody pays when information is sold; mark that we are paid, and say by whom.",
            citation="45 CFR 164.508(a)(4)",
        )
