"""The nouns of an authorization (45 CFR 164.508) and of a consent under 42 CFR Part 2.

A *content* is what a form says, in each language; a *version* is one content that was published and never changes.
A *document* is one person's signed version, or a paper that staff has scanned and keyed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bedside.records.consent.rules import ExpiryEvent, Sensitivity, StateProfile

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

DAYS_MAX = 3650  # ten years; nobody means to promise more
YEAR_DAYS = 365


class Language(StrEnum):
    ENGLISH = "en"
    SPANISH = "es"


LANGUAGE_NAMES = {Language.ENGLISH: "English", Language.SPANISH: "Spanish"}


class DocumentKind(StrEnum):
    AUTHORIZATION = "authorization"  # 45 CFR 164.508
    PART2_CONSENT = "part2_consent"  # 42 CFR 2.31


class PurposeKind(StrEnum):
    """What sort of use a purpose is: it decides which rules a form naming it must keep."""

    MARKETING = "marketing"
    SALE = "sale"  # of consumer health data, or of PHI
    RESEARCH = "research"
    DISCLOSURE = "disclosure"  # to somebody the person names; a testimonial
    CARE = "care"  # treatment, payment and operations: needs no authorization, but a Part 2 consent


class SignaturePurpose(StrEnum):
    """What else a signature may stand under. An authorization shares it with nothing (45 CFR 164.508(b)(3))."""

    INTAKE = "intake"
    TREATMENT_CONSENT = "treatment_consent"
    NOTICE_RECEIPT = "notice_receipt"
    PAYMENT_TERMS = "payment_terms"
    OTHER_AUTHORIZATION = "other_authorization"


class ExpiryException(StrEnum):
    """Why a California form may run for more than a year (Cal. Civ. Code 56.11 as amended by AB 1697)."""

    PERSON_ASKED = "person_asked"
    CLINICAL_TRIAL = "clinical_trial"


class Part(StrEnum):
    """The texts that a form is made of, in the order in which a person reads them."""

    TITLE = "title"
    INFORMATION = "information"
    DISCLOSER = "discloser"
    RECIPIENT = "recipient"
    REASON = "reason"
    REMUNERATION = "remuneration"
    REVOKE = "revoke"
    CONDITIONING = "conditioning"
    REDISCLOSURE = "redisclosure"


Texts = Mapping[Part, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """One use that forms and campaigns name alike (AUT-04). `names` by language."""

    code: str
    kind: PurposeKind
    names: Mapping[Language, str]
    own: bool = False  # the practice's own, not one that comes with Bedside

    def name(self, language: Language) -> str:
        return self.names.get(language) or self.names.get(Language.ENGLISH) or self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """When a form ends: so many days after the signature, with an event, or with whichever comes first.

    Neither of the two means never, which only research may say (45 CFR 164.508(c)(1)(v)).
    """

    days: int | None = None
    event: ExpiryEvent | None = None
    exception: ExpiryException | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a form says. `texts` by language; a language without any text is not offered."""

    name: str = ""
    kind: DocumentKind = DocumentKind.AUTHORIZATION
    profile: StateProfile = StateProfile.FEDERAL
    purposes: tuple[str, ...] = ()
    sensitivities: tuple[Sensitivity, ...] = ()
    psychotherapy_notes: bool = False
    remuneration: bool = False
    conditioned: bool = False
    expiry: Expiry = field(default_factory=Expiry)
    also_signs: frozenset[SignaturePurpose] = frozenset()
    texts: Mapping[Language, Texts] = field(default_factory=dict)

    def text(self, language: Language, part: Part) -> str:
        return self.texts.get(language, {}).get(part, "").strip()

    @property
    def languages(self) -> tuple[Language, ...]:
        """Those in which anything was written."""
        return tuple(one for one in Language if any(self.text(one, part) for part in Part))


class SignerKind(StrEnum):
    SELF = "self"
    REPRESENTATIVE = "representative"  # 45 CFR 164.502(g)


class SignatureKind(StrEnum):
    TYPED = "typed"
    DRAWN = "drawn"
    PAPER = "paper"


class IdentityProof(StrEnum):
    """How we knew who signs. A link alone is the weakest, and is kept as what it is."""

    LINK = "link"
    BIRTH_DATE = "birth_date"  # the link, and the day of birth on record
    IN_PERSON = "in_person"  # staff saw them, and the day of birth on record


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What somebody did to sign. `drawing` is path data of a bounded drawing, empty for a typed name.

    `authority` says why a representative may act, empty for the person themselves.
    """

    kind: SignatureKind
    name: str
    signer: SignerKind
    authority: str = ""
    drawing: str = ""
    intended: bool = False  # ticked: this is my signature (15 USC 7006(5))
    electronic_agreed: bool = False  # ticked: records by this way are all right (15 USC 7001(c))

    def __repr__(self) -> str:
        return f"Signature({self.kind})"  # never a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The evidence of one signature (15 USC 7001, UETA sections 7 to 9), stored sealed beside the rendering.

    `rendering_sha256` is of the stored rendering, `shown_sha256` of the text as it was read before signing; both in
    hexadecimal. `signed_at` has the zone of the practice.
    """

    signature: Signature
    signed_at: datetime
    zone: str
    language: Language
    version: int
    shown_sha256: str
    rendering_sha256: str
    identity: IdentityProof
    identity_tries: int = 0
    intent_words: str = ""
    electronic_words: str = ""
    network_address: str = ""
    user_agent: str = ""
    request_id: UUID | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFacts:
    """What validity depends on. `missing` are elements that a paper lacks; `verified` False: nobody has seen it."""

    signed_on: date | None
    expires_on: date | None
    expires_event: ExpiryEvent | None
    never_expires: bool = False
    revoked_at: datetime | None = None
    found_false: bool = False
    signer: SignerKind = SignerKind.SELF
    authority_given: bool = True
    missing: tuple[Part, ...] = ()
    combined: bool = False
    conditioned: bool = False
    verified: bool = True
