"""The nouns of permission and the pure rules about them.

A permission is what a person said about one category of mail. An authorization is a signed paper under
45 CFR 164.508(c) and another thing altogether (AUT-26). A restriction was agreed under 45 CFR 164.522. A
suppression belongs to an address and outlives the person's record (CON-24).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from bedside.records.consent.rules.terms import Sensitivity, StateProfile, Way

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

NO_TERMS: Mapping[str, Any] = MappingProxyType({})


class Category(StrEnum):
    """What a person chooses by; each class of message belongs to one (`decisions.gate.rules.CLASS_RULES`)."""

    REMINDERS = "reminders"
    NEWSLETTER = "newsletter"
    SERVICES = "services"
    OFFERS = "offers"
    FUNDRAISING = "fundraising"
    RESEARCH = "research"
    NOTICES = "notices"


# Everything but care and duty: what "no advertising" stops and what never stops a reminder (CON-11).
PROMOTIONAL = frozenset(
    {Category.NEWSLETTER, Category.SERVICES, Category.OFFERS, Category.FUNDRAISING, Category.RESEARCH}
)


NOTHING_CHOSEN: Mapping[Category, int] = MappingProxyType({})
NOT_PAUSED: Mapping[Category, date] = MappingProxyType({})


class Answer(StrEnum):
    GRANTED = "granted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class EventKind(StrEnum):
    """The acts that the record of permissions is made of."""

    GRANTED = "granted"
    REFUSED = "refused"
    REFUSAL_UNDONE = "refusal_undone"  # what was held before that refusal is held again
    STOPPED_EVERYTHING = "stopped_everything"
    RESUMED = "resumed"
    AUTHORIZATION_RECORDED = "authorization_recorded"
    AUTHORIZATION_REVOKED = "authorization_revoked"
    RESTRICTED = "restricted"
    RESTRICTION_LIFTED = "restriction_lifted"
    REPRESENTATIVE_RECORDED = "representative_recorded"
    REPRESENTATIVE_ENDED = "representative_ended"
    # "Less often" and "pause until": a preference, which a yes or no to the category leaves as it is (CON-10).
    FREQUENCY_CHOSEN = "frequency_chosen"  # terms: monthly_max; None ends it
    PAUSED = "paused"  # terms: until; all promotional mail, or one category
    PAUSE_ENDED = "pause_ended"
    AUTHORIZATION_FOUND_FALSE = "authorization_found_false"  # 45 CFR 164.508(b)(2)(v); terms: document_id
    OTHER_WAY_ASKED = "other_way_asked"  # 45 CFR 164.522(b); terms: way; another address lies in the evidence
    OTHER_WAY_ENDED = "other_way_ended"
    PLAIN_MAIL_CHOSEN = (
        "plain_mail_chosen"  # unencrypted mail after the warning (CON-21); it admits nothing yet
    )
    PLAIN_MAIL_WITHDRAWN = "plain_mail_withdrawn"
    ADDRESS_PROVEN = "address_proven"  # terms: mark; the mailbox is this person's (CON-18)
    PART2_CONSENTED = "part2_consented"  # 42 CFR 2.31; terms: document_id, purposes, until, care_only
    PART2_REVOKED = "part2_revoked"
    COLLECTION_CONSENTED = "collection_consented"  # consumer health data of non-patients (RCW 19.373.030)
    COLLECTION_WITHDRAWN = "collection_withdrawn"


# Their evidence is a document that has to be kept for six years, also when the person is erased: signed
# authorizations and revocations (45 CFR 164.508(b)(6), 164.530(j); AUT-19), agreed restrictions (164.522(a)(3)).
DOCUMENTED = frozenset(
    {
        EventKind.AUTHORIZATION_RECORDED,
        EventKind.AUTHORIZATION_REVOKED,
        EventKind.RESTRICTED,
        EventKind.RESTRICTION_LIFTED,
        EventKind.AUTHORIZATION_FOUND_FALSE,
        EventKind.OTHER_WAY_ASKED,
        EventKind.OTHER_WAY_ENDED,
        EventKind.PLAIN_MAIL_CHOSEN,
        EventKind.PLAIN_MAIL_WITHDRAWN,
        EventKind.PART2_CONSENTED,
        EventKind.PART2_REVOKED,
    }
)


class Source(StrEnum):
    """How an act reached the practice. Imports use `import:<id>` besides these."""

    UNSUBSCRIBE_LINK = "unsubscribe_link"
    PREFERENCE_PAGE = "preference_page"
    IN_PERSON = "in_person"
    PHONE = "phone"
    PAPER = "paper"
    LETTER = "letter"
    EMAIL_REPLY = "email_reply"
    COMMAND_LINE = "command_line"
    SIGNUP_FORM = "signup_form"
    SIGNING_PAGE = "signing_page"
    INTAKE_API = "intake_api"
    CONFIRMED_LINK = "confirmed_link"
    PRODUCT = "product"  # what the product did by itself, such as marking an address proven by a click


# What anybody who holds a mail can do; every other source is staff's, a file's or the person's own hand.
BY_LINK = frozenset({Source.UNSUBSCRIBE_LINK.value, Source.PREFERENCE_PAGE.value})


class ExpiryEvent(StrEnum):
    """An event in place of a date at which an authorization ends (45 CFR 164.508(c)(1)(v)). "None" is not one."""

    LEFT_PRACTICE = "left_practice"
    TREATMENT_ENDED = "treatment_ended"
    STUDY_ENDED = "study_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a person last said about one category. `since` is None and `source` empty while nothing was said."""

    category: Category
    answer: Answer
    since: datetime | None
    source: str
    verified: bool  # given by the person or recorded by staff; False for a line of an import

    @property
    def refused_beyond_links(self) -> bool:
        """True for a no that staff recorded, from paper or a call: no link may turn it round."""
        return self.answer is Answer.REFUSED and self.verified and self.source not in BY_LINK


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """One signed authorization. `sender_covered`: it names this practice as who may use the information.

    `verified` is False for an imported one: nobody has seen its paper, so it admits nothing (AUT-20). `purposes` is
    empty for a paper keyed before purposes were asked for; `found_false`: something material in it is known to be
    untrue (45 CFR 164.508(b)(2)(v)). `recorded_at` tells two of one day apart.
    """

    signed_on: date
    expires_on: date | None
    expires_event: ExpiryEvent | None
    revoked_at: datetime | None
    remuneration_stated: bool
    sender_covered: bool
    verified: bool
    document_id: UUID | None = None
    purposes: tuple[str, ...] = ()
    sensitivities: tuple[Sensitivity, ...] = ()
    profile: StateProfile = StateProfile.FEDERAL
    found_false: bool = False
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part2Consent:
    """A consent to use substance use disorder records (42 CFR 2.31).

    `care_only` is one for treatment, payment and operations and never counts for marketing (SEN-04).
    """

    document_id: UUID | None
    purposes: tuple[str, ...]
    until: date | None
    care_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPermissions:
    """One person's present state, computed from the events. `permissions` has every category.

    `stop_verified`: the stop came from the person or staff, so no import undoes it. `stop_beyond_links`: staff
    recorded it, so no link undoes it either.

    It does not say whose state it is: many people have the same history, and share one of these.
    """

    permissions: Mapping[Category, Permission]
    stopped_everything_at: datetime | None
    email_restricted: bool
    authorization: Authorization | None
    representative_recorded: bool  # somebody who may act for a minor is on record (45 CFR 164.502(g))
    monthly_max: Mapping[Category, int]  # "less often", as the person chose
    paused_until: Mapping[Category, date]  # the last day without mail of that kind
    stop_verified: bool = False
    stop_beyond_links: bool = False
    # All of them in the order in which they were recorded; `authorization` is the newest.
    authorizations: tuple[Authorization, ...] = ()
    restricted_from: frozenset[Category] = frozenset()  # 45 CFR 164.522(a); `email_restricted`: all of them
    represented_until: date | None = (
        None  # the last day on which somebody may act; None without an end (RGT-15)
    )
    other_way: Way | None = None  # 45 CFR 164.522(b)
    plain_mail: bool = False
    proven_mark: str = ""  # of the address last proven to be theirs; counts for that address only
    part2: Part2Consent | None = None
    collection: bool = False  # consumer health data may be collected (RCW 19.373.030)

    def represented_on(self, day: date) -> bool:
        """True if somebody may act for the person on `day`."""
        return self.representative_recorded and (
            self.represented_until is None or day <= self.represented_until
        )


class SuppressionScope(StrEnum):
    """What a suppressed address is kept from: everything, all that is promotional, or one category."""

    EVERYTHING = "everything"
    MARKETING = "marketing"
    REMINDERS = "reminders"
    NEWSLETTER = "newsletter"
    SERVICES = "services"
    OFFERS = "offers"
    FUNDRAISING = "fundraising"
    RESEARCH = "research"
    NOTICES = "notices"

    @property
    def covered(self) -> frozenset[Category]:
        if self is SuppressionScope.EVERYTHING:
            return frozenset(Category)
        if self is SuppressionScope.MARKETING:
            return PROMOTIONAL
        return frozenset({Category(self.value)})


class SuppressionReason(StrEnum):
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    ASKED = "asked"
    STAFF = "staff"
    IMPORTED = "imported"
    ERASED = "erased"  # whoever had this address was erased and is not to come back by a file


# A bounce says that there is no mailbox; a complaint or a request says no to advertising, not to care (CON-11).
USUAL_SCOPE: Mapping[SuppressionReason, SuppressionScope] = MappingProxyType(
    {
        SuppressionReason.BOUNCED: SuppressionScope.EVERYTHING,
        SuppressionReason.COMPLAINED: SuppressionScope.MARKETING,
        SuppressionReason.ASKED: SuppressionScope.MARKETING,
        SuppressionReason.STAFF: SuppressionScope.EVERYTHING,
        SuppressionReason.IMPORTED: SuppressionScope.EVERYTHING,
        SuppressionReason.ERASED: SuppressionScope.EVERYTHING,
    }
)


class LiftReason(StrEnum):
    """Why a suppression may end: the person's own new word, or an audited correction (SUP-03)."""

    ASKED_AGAIN = "asked_again"
    MAILBOX_WORKS = "mailbox_works"
    ENTERED_BY_MISTAKE = "entered_by_mistake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """All suppressions of one address in force, as one: the widest scope, its reason and since when.

    `covered` is the union over all of them.
    """

    scope: SuppressionScope
    reason: SuppressionReason
    at: datetime
    covered: frozenset[Category]

    def covers(self, category: Category) -> bool:
        return category in self.covered


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPermission:
    """One answer from a file. `category` None means email at all; `source` is a code such as `import:<id>`."""

    patient_id: UUID
    category: Category | None
    granted: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What a signed authorization says, as keyed by staff who looked at it. One of the two ends is needed."""

    signed_on: date
    expires_on: date | None
    expires_event: ExpiryEvent | None
    remuneration_stated: bool
    sender_covered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How an act came about, stored sealed (CON-02). Empty text where it does not apply.

    `wording` is the version of the text that was shown, `note` what staff wrote about a call or a letter, `address`
    the one that somebody asked us to write to instead (45 CFR 164.522(b)). The rest is of sign-up forms: `form` is its
    id and version, `notice` the version of the notice of privacy practices in force (CON-25), `default_state` how the
    box stood before; times are ISO 8601 with their offset, and `confirmed_from` is a network address.
    """

    wording: str = ""
    language: str = ""
    network_address: str = ""
    user_agent: str = ""
    note: str = ""
    address: str = ""
    page_url: str = ""
    form: str = ""
    notice: str = ""
    default_state: str = ""
    presented_at: str = ""
    acted_at: str = ""
    sent_at: str = ""
    confirmed_at: str = ""
    confirmed_from: str = ""


class Event(NamedTuple):
    """One act as it is stored, in the order of the table's columns; a named tuple since millions are folded.

    `kind` and `category` are the codes of EventKind and Category; the five from `signed_on` belong to an
    authorization; `terms` is `Terms.stored()`.
    """

    kind: str
    category: str
    at: datetime
    source: str
    verified: bool
    signed_on: date | None = None
    expires_on: date | None = None
    expires_event: str = ""
    remuneration_stated: bool = False
    sender_covered: bool = False
    terms: Mapping[str, Any] = NO_TERMS


def _nothing_said(category: Category) -> Permission:
    return Permission(category=category, answer=Answer.UNKNOWN, since=None, source="", verified=False)


NOTHING_SAID: Mapping[Category, Permission] = MappingProxyType(
    {category: _nothing_said(category) for category in Category}
)
