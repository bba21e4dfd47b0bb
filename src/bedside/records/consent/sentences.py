"""Permissions in words for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.records.consent.rules import Category, EventKind, Source, SuppressionReason, SuppressionScope

if TYPE_CHECKING:
    from bedside.records.consent.rules import Event

CATEGORY_NAMES = {
    Category.REMINDERS: "Appointment and care reminders",
    Category.NEWSLETTER: "Health tips",
    Category.SERVICES: "News about our services",
    Category.OFFERS: "Offers",
    Category.FUNDRAISING: "Fundraising",
    Category.RESEARCH: "Research invitations",
    Category.NOTICES: "Bills and legal notices",
}
SOURCE_NAMES = {
    Source.UNSUBSCRIBE_LINK: "by the link in a mail",
    Source.PREFERENCE_PAGE: "on the page for choices",
    Source.IN_PERSON: "in person",
    Source.PHONE: "by phone",
    Source.PAPER: "on paper",
    Source.LETTER: "by letter",
    Source.EMAIL_REPLY: "by email",
    Source.COMMAND_LINE: "by an administrator",
    Source.SIGNUP_FORM: "on a sign-up form",
    Source.SIGNING_PAGE: "on the page for signing",
    Source.INTAKE_API: "from a connected system",
    Source.CONFIRMED_LINK: "by the link that confirms an address",
    Source.PRODUCT: "noted by Bedside",
}
REASON_NAMES = {
    SuppressionReason.BOUNCED: "Mail came back",
    SuppressionReason.COMPLAINED: "Reported as unwanted",
    SuppressionReason.ASKED: "Asked to stop",
    SuppressionReason.STAFF: "Added by staff",
    SuppressionReason.IMPORTED: "From an imported list",
    SuppressionReason.ERASED: "Person was erased",
}
SCOPE_NAMES = {
    SuppressionScope.EVERYTHING: "Everything",
    SuppressionScope.MARKETING: "Everything but care and notices",
    **{SuppressionScope(category.value): name for category, name in CATEGORY_NAMES.items()},
}
_ACTS = {
    EventKind.GRANTED: "Said yes to: {category}",
    EventKind.REFUSED: "Said no to: {category}",
    EventKind.REFUSAL_UNDONE: "Took the no back at once: {category}",
    EventKind.STOPPED_EVERYTHING: "Stopped all mail",
    EventKind.RESUMED: "Wants mail again",
    EventKind.AUTHORIZATION_RECORDED: "Signed an authorization for marketing",
    EventKind.AUTHORIZATION_REVOKED: "Revoked the authorization for marketing",
    EventKind.RESTRICTED: "Asked us not to use email",
    EventKind.RESTRICTION_LIFTED: "Allowed email again",
    EventKind.REPRESENTATIVE_RECORDED: "Parent or guardian recorded",
    EventKind.REPRESENTATIVE_ENDED: "Parent or guardian no longer acts",
    EventKind.FREQUENCY_CHOSEN: "Chose how often: {category}",
    EventKind.PAUSED: "Asked for a pause",
    EventKind.PAUSE_ENDED: "Ended the pause",
    EventKind.AUTHORIZATION_FOUND_FALSE: "Something in the authorization was found to be untrue",
    EventKind.OTHER_WAY_ASKED: "Asked to be reached another way",
    EventKind.OTHER_WAY_ENDED: "May be reached in the usual way again",
    EventKind.PLAIN_MAIL_CHOSEN: "Chose unencrypted mail after the warning",
    EventKind.PLAIN_MAIL_WITHDRAWN: "No longer wants unencrypted mail",
    EventKind.ADDRESS_PROVEN: "Showed that the mailbox is theirs",
    EventKind.PART2_CONSENTED: "Consented to the use of substance use records",
    EventKind.PART2_REVOKED: "Took back the consent on substance use records",
    EventKind.COLLECTION_CONSENTED: "Agreed that we keep health interests",
    EventKind.COLLECTION_WITHDRAWN: "No longer agrees that we keep health interests",
}


def sentence_of(event: Event) -> str:
    """What happened, in words: never a name."""
    category = CATEGORY_NAMES[Category(event.category)] if event.category else ""
    return f"{_ACTS[EventKind(event.kind)].format(category=category)}, {source_in_words(event.source)}"


def source_in_words(source: str) -> str:
    """How it reached us. A source that is not on the list came from an import."""
    return SOURCE_NAMES[Source(source)] if source in set(Source) else "from an imported file"
