"""The closed list of message classes and what the law asks of each (MKT-01, COMPLIANCE decision table)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.duties import Basis, Duties, Tracking, strictest
from bedside.records.consent.rules import Category

if TYPE_CHECKING:
    from collections.abc import Mapping


class MessageClass(StrEnum):
    TREATMENT = "treatment"
    PAYMENT = "payment"
    REFILL = "refill"
    OPERATIONS_OWN_SERVICE = "operations_own_service"
    GENERAL_HEALTH = "general_health"
    MARKETING = "marketing"
    FUNDRAISING = "fundraising"
    RESEARCH_RECRUITMENT = "research_recruitment"
    LEGAL_NOTICE = "legal_notice"
    ACCOUNT_TRANSACTIONAL = "account_transactional"
    PROSPECT_COMMERCIAL = "prospect_commercial"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRule:
    """One class: its words for people, and its row of the decision table (`rules.table` has the other rows).

    `duties` are those while nobody pays for the message. Ask `needs_...` with the answer to MKT-05: a paid message is
    marketing whatever it calls itself (45 CFR 164.501 "marketing" (2)(ii), MKT-06).
    """

    message_class: MessageClass
    category: Category
    label: str
    help: str
    example: str
    duties: Duties
    opt_in_where_asked: (
        bool  # suppressed without a yes in a practice that requires one; stricter than the law
    )
    basis: str  # why an unpaid message may go, one sentence
    citation: str

    @property
    def opt_out(self) -> bool:
        return self.duties.opt_out

    @property
    def tracking(self) -> Tracking:
        return self.duties.tracking

    def needs_authorization(self, *, remuneration: bool) -> bool:
        return self._duties(remuneration).authorization

    def needs_opt_out(self, *, remuneration: bool) -> bool:
        return self._duties(remuneration).opt_out

    def needs_postal_address(self, *, remuneration: bool) -> bool:
        return self._duties(remuneration).postal_address

    def needs_advertising_label(self, *, remuneration: bool) -> bool:
        """CAN-SPAM waives the label where the person has said yes before (15 USC 7704(a)(5)(B))."""
        return self._duties(remuneration).advertising_label

    def _duties(self, remuneration: bool) -> Duties:  # noqa: FBT001  private
        return strictest(strictest(self.duties, PAID), PAID_COMMERCIAL) if remuneration else self.duties


# What payment by somebody else adds (MKT-06, MKT-07): the first for what HIPAA protects, the second for everybody.
PAID = Duties(basis=Basis.PAID_AUTHORIZATION)
PAID_COMMERCIAL = Duties(opt_out=True, postal_address=True, advertising_label=True)


def _rule(
    message_class: MessageClass,
    category: Category,
    *,
    words: tuple[str, str, str],
    basis: tuple[str, str],
    rests_on: Basis = Basis.NONE,
    commercial: bool = False,
    opt_out: bool = False,
    opt_in_where_asked: bool = False,
    tracking: Tracking = Tracking.OFF,
) -> ClassRule:
    label, help_text, example = words
    return ClassRule(
        message_class=message_class,
        category=category,
        label=label,
        help=help_text,
        example=example,
        duties=Duties(
            basis=rests_on,
            opt_out=opt_out or commercial,
            postal_address=commercial,
            advertising_label=commercial,
            tracking=tracking,
        ),
        opt_in_where_asked=opt_in_where_asked,
        basis=basis[0],
        citation=basis[1],
    )


_ALL = (
    _rule(
        MessageClass.TREATMENT,
        Category.REMINDERS,
        words=(
            "Care and reminders",
            "About this person's own care: appointments, recalls to care that was recommended, follow-up.",
            "Your appointment is on Tuesday at 9:30.",
        ),
        basis=("Treatment: no authorization is needed.", "45 CFR 164.506(c)"),
    ),
    _rule(
        MessageClass.PAYMENT,
        Category.NOTICES,
        words=(
            "Bills and payment",
            "A bill, an estimate or a receipt for care. Nothing in it is advertising.",
            "Your statement for October is ready.",
        ),
        basis=("Payment: no authorization is needed.", "45 CFR 164.506(c)"),
    ),
    _rule(
        MessageClass.REFILL,
        Category.REMINDERS,
        words=(
            "Refill reminders",
            "A reminder to refill a medicine that this person is prescribed now. Not a switch to another one.",
            "It is time to renew your prescription.",
        ),
        basis=(
            "Refill of a medicine prescribed now: no authorization is needed.",
            '45 CFR 164.501 "marketing" (2)(i)',
        ),
    ),
    _rule(
        MessageClass.OPERATIONS_OWN_SERVICE,
        Category.SERVICES,
        words=(
            "News of our own services",
            "Our own health services, a new clinic, a class we hold, plans we accept; nobody pays us to say so.",
            "We now offer evening hours at Elm Street.",
        ),
        basis=(
            "Our own health service, unpaid: no authorization is needed.",
            '45 CFR 164.501 "marketing" (2)(ii)(B)',
        ),
        commercial=True,
        opt_in_where_asked=True,
        tracking=Tracking.AGGREGATE,
    ),
    _rule(
        MessageClass.GENERAL_HEALTH,
        Category.NEWSLETTER,
        words=(
            "Health tips",
            "Health in general, with no product or service to buy, no price and no coupon.",
            "Five ways to sleep better this winter.",
        ),
        basis=("General health promotion: no authorization is needed.", "HHS FAQ 280 on 45 CFR 164.501"),
        commercial=True,
        opt_in_where_asked=True,
        tracking=Tracking.AGGREGATE,
    ),
    _rule(
        MessageClass.MARKETING,
        Category.OFFERS,
        words=(
            "Marketing and offers",
            "Encourages to buy or use a product or service beyond our own care. Needs a signed authorization.",
            "Twenty percent off sunscreen at our partner's shop.",
        ),
        basis=("Marketing with a signed authorization in force.", "45 CFR 164.508(a)(3)"),
        rests_on=Basis.AUTHORIZATION,
        commercial=True,
        opt_in_where_asked=True,
        tracking=Tracking.AGGREGATE,
    ),
    _rule(
        MessageClass.FUNDRAISING,
        Category.FUNDRAISING,
        words=(
            "Fundraising",
            "Asks for a gift to this organization. Only a few kinds of facts may choose who gets it.",
            "Help us build the new children's ward.",
        ),
        basis=("Fundraising for ourselves: no authorization is needed.", "45 CFR 164.514(f)(1)"),
        opt_out=True,
        tracking=Tracking.AGGREGATE,
    ),
    _rule(
        MessageClass.RESEARCH_RECRUITMENT,
        Category.RESEARCH,
        words=(
            "Research invitations",
            "Invites to take part in a study, on an authorization or a waiver by a review board.",
            "You may be able to join a study on asthma.",
        ),
        basis=("Research with a recorded basis.", "45 CFR 164.508; 164.512(i)"),
    ),
    _rule(
        MessageClass.LEGAL_NOTICE,
        Category.NOTICES,
        words=(
            "Legal notices",
            "A notice the law asks for. Goes by email only to people who agreed to notices by email.",
            "Our notice of privacy practices has changed.",
        ),
        basis=(
            "Legal notice to a person who agreed to notices by email.",
            "45 CFR 164.404(d)(1); 164.520(c)(3)",
        ),
        rests_on=Basis.CONSENT,
    ),
    _rule(
        MessageClass.ACCOUNT_TRANSACTIONAL,
        Category.NOTICES,
        words=(
            "Account messages",
            "Answers something the person just did: a sign-in code, a confirmation. No health facts in it.",
            "Here is your sign-in code.",
        ),
        basis=("Answer to the person's own act.", "15 USC 7702(17)"),
    ),
    _rule(
        MessageClass.PROSPECT_COMMERCIAL,
        Category.OFFERS,
        words=(
            "Advertising to people who are not patients",
            "Only for people without any record of care here. Never for patients.",
            "Meet our new family doctor at the open house.",
        ),
        basis=("Advertising to somebody who is not a patient.", "15 USC 7704(a)"),
        commercial=True,
        opt_in_where_asked=True,
        tracking=Tracking.AGGREGATE,
    ),
)

CLASS_RULES: Mapping[MessageClass, ClassRule] = MappingProxyType({rule.message_class: rule for rule in _ALL})
