"""Two records of one person become one, and whatever either said against mail holds for both: kind by kind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bedside.ground.identity import new_id
from bedside.records.charts.merging import merge_people
from bedside.records.consent import actions as consent
from bedside.records.consent.joining import SOURCE, said_again
from bedside.records.consent.models import AddressSuppression
from bedside.records.consent.queries import permissions_of, suppressed_addresses, suppressions_of
from bedside.records.consent.rules import (
    Answer,
    Category,
    Event,
    EventKind,
    SuppressionReason,
    SuppressionScope,
    Terms,
    Way,
    fold,
    taken_back,
)
from bedside.records.consent.rules.suppressions import INDEX_LABELS, SuppressionKind, address_hash
from bedside.records.consent.suppressing import keep_index_from, lift_suppression, suppress_address
from bedside.records.patients import actions as patients
from bedside.records.patients.rules import Patient
from bedside.safeguards.vault.queries import practice_keys

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TODAY = AT.date()
SIGNED = date(2026, 1, 2)
DOCUMENT, OTHER = UUID(int=1), UUID(int=2)
OFFERS = Category.OFFERS


def act(
    kind: EventKind, *, category: Category | None = None, source: str = "paper", **terms: object
) -> Event:
    event = Event(kind.value, category.value if category else "", AT, source, verified=True)
    if kind is EventKind.AUTHORIZATION_RECORDED:
        event = event._replace(signed_on=SIGNED)
    return event._replace(terms=Terms(**terms).stored())


def authorized(document: UUID) -> Event:
    return act(EventKind.AUTHORIZATION_RECORDED, document_id=document)


def joined(gone: list[Event], stays: list[Event]):
    """The state after joining, as `join_permissions` records it."""
    fresh = said_again(fold(gone), fold(stays), took_back=taken_back(gone), today=TODAY)
    said = [
        Event(
            one.kind.value,
            one.category or "",
            AT,
            SOURCE,
            verified=True,
            terms=(one.terms or Terms()).stored(),
        )
        for one in fresh
    ]
    return fold([*stays, *said])


K = EventKind
# The acts of the record that goes, those of the one that stays, and what must hold then.
CARRIED = {
    K.REFUSED: (
        [act(K.REFUSED, category=OFFERS)],
        [act(K.GRANTED, category=OFFERS)],
        lambda held: held.permissions[OFFERS].refused_beyond_links,
    ),
    K.STOPPED_EVERYTHING: (
        [act(K.STOPPED_EVERYTHING)],
        [act(K.STOPPED_EVERYTHING, source="unsubscribe_link")],
        lambda held: held.stop_beyond_links,
    ),
    K.AUTHORIZATION_REVOKED: (
        [authorized(DOCUMENT), act(K.AUTHORIZATION_REVOKED, document_id=DOCUMENT)],
        [authorized(OTHER)],
        lambda held: held.authorizations and all(one.revoked_at for one in held.authorizations),
    ),
    K.RESTRICTED: (
        [act(K.RESTRICTED, categories=(OFFERS,))],
        [act(K.RESTRICTED, categories=(Category.RESEARCH,))],
        lambda held: held.restricted_from == {OFFERS, Category.RESEARCH},
    ),
    K.REPRESENTATIVE_RECORDED: (
        [act(K.REPRESENTATIVE_RECORDED, until=TODAY + timedelta(days=90))],
        [act(K.REPRESENTATIVE_RECORDED, until=TODAY + timedelta(days=1))],
        lambda held: held.represented_until == TODAY + timedelta(days=90),
    ),
    K.FREQUENCY_CHOSEN: (
        [act(K.FREQUENCY_CHOSEN, category=OFFERS, monthly_max=1)],
        [act(K.FREQUENCY_CHOSEN, category=OFFERS, monthly_max=4)],
        lambda held: held.monthly_max[OFFERS] == 1,
    ),
    K.PAUSED: (
        [act(K.PAUSED, category=OFFERS, until=TODAY + timedelta(days=9))],
        [act(K.PAUSED, category=OFFERS, until=TODAY + timedelta(days=2))],
        lambda held: held.paused_until[OFFERS] == TODAY + timedelta(days=9),
    ),
    K.OTHER_WAY_ASKED: (
        [act(K.OTHER_WAY_ASKED, way=Way.PHONE)],
        [act(K.OTHER_WAY_ASKED, way=Way.OTHER_EMAIL)],
        lambda held: held.other_way is Way.PHONE,
    ),
    K.PLAIN_MAIL_WITHDRAWN: (
        [act(K.PLAIN_MAIL_WITHDRAWN)],
        [act(K.PLAIN_MAIL_CHOSEN)],
        lambda held: not held.plain_mail,
    ),
    K.PART2_REVOKED: (
        [act(K.PART2_CONSENTED, purposes=("offers",)), act(K.PART2_REVOKED)],
        [act(K.PART2_CONSENTED, purposes=("offers",))],
        lambda held: held.part2 is None,
    ),
    K.COLLECTION_WITHDRAWN: (
        [act(K.COLLECTION_CONSENTED), act(K.COLLECTION_WITHDRAWN)],
        [act(K.COLLECTION_CONSENTED)],
        lambda held: not held.collection,
    ),
}
_YES = "a yes, given under another name or address: it is asked for again"
_END = "the end of a no: the no of the other record stays"
LEFT = {
    K.GRANTED: _YES,
    K.REFUSAL_UNDONE: _END,
    K.RESUMED: _END,
    K.AUTHORIZATION_RECORDED: _YES,
    K.RESTRICTION_LIFTED: _END,
    K.REPRESENTATIVE_ENDED: "of one representative; another one of the other record may act",
    K.PAUSE_ENDED: _END,
    K.AUTHORIZATION_FOUND_FALSE: "of that one document, which is not taken over",
    K.OTHER_WAY_ENDED: _END,
    K.PLAIN_MAIL_CHOSEN: _YES,
    K.ADDRESS_PROVEN: "of that one address, which is not taken over",
    K.PART2_CONSENTED: _YES,
    K.COLLECTION_CONSENTED: _YES,
}


def test_every_kind_of_act_is_decided_about():
    assert CARRIED.keys() | LEFT.keys() == set(EventKind)
    assert not CARRIED.keys() & LEFT.keys()


@pytest.mark.parametrize("kind", CARRIED)
def test_the_stricter_of_both_holds(kind):
    gone, stays, holds = CARRIED[kind]
    assert not holds(fold(stays))
    assert holds(joined(gone, stays))


@pytest.mark.parametrize("kind", CARRIED)
def test_what_held_already_is_not_said_again(kind):
    gone, stays, holds = CARRIED[kind]
    held = joined(gone, stays)
    assert holds(held)
    assert [*said_again(fold(gone), held, took_back=taken_back(gone), today=TODAY)] == []


@pytest.mark.parametrize(
    ("acts", "found"),
    [
        ([act(K.PART2_REVOKED)], {K.PART2_REVOKED}),
        ([act(K.PART2_REVOKED), act(K.PART2_CONSENTED)], set()),
        ([act(K.PART2_REVOKED), act(K.PART2_CONSENTED)._replace(verified=False)], {K.PART2_REVOKED}),
        ([act(K.PART2_CONSENTED), act(K.COLLECTION_WITHDRAWN)], {K.COLLECTION_WITHDRAWN}),
    ],
)
def test_taking_back_ends_by_a_later_yes_that_counts(acts, found):
    assert taken_back(acts) == found


def test_an_authorization_stands_when_the_other_record_has_one_that_stands_too():
    gone = [authorized(DOCUMENT), act(K.AUTHORIZATION_REVOKED), authorized(UUID(int=3))]
    assert not joined(gone, [authorized(OTHER)]).authorizations[0].revoked_at


ACTS = some.lists(
    some.one_of(
        some.sampled_from([one for gone, stays, _ in CARRIED.values() for one in (*gone, *stays)]),
        some.sampled_from(
            [act(K.RESUMED), act(K.RESTRICTION_LIFTED), act(K.OTHER_WAY_ENDED), act(K.PAUSE_ENDED)]
        ),
    ),
    max_size=8,
)


@given(ACTS, ACTS)
def test_no_joining_allows_more_than_either_record_did(gone_acts, stays_acts):
    gone, stays, held = fold(gone_acts), fold(stays_acts), joined(gone_acts, stays_acts)
    for either in (gone, stays):
        for category in Category:
            if either.permissions[category].answer is Answer.REFUSED:
                assert held.permissions[category].answer is Answer.REFUSED
        assert held.restricted_from >= either.restricted_from
        assert either.stopped_everything_at is None or held.stopped_everything_at
        for category, monthly in either.monthly_max.items():
            assert held.monthly_max[category] <= monthly
        for category, until in either.paused_until.items():
            assert held.paused_until[category] >= until
        assert either.other_way in {None, Way.OTHER_EMAIL} or held.other_way is either.other_way
    assert stays.part2 is not None or held.part2 is None
    assert stays.collection or not held.collection


# --- addresses


@pytest.fixture
def two(scope, at):
    """The record that goes and the one that stays, each with an address of its own."""
    made = [Patient(id=new_id(), mrn=name, email=f"{name}@{name}.example") for name in ("old", "new")]
    patients.save_many(scope, new=made, changed=[], source="test", at=at)
    return made[0].id, made[1].id


def join(scope, two, at):
    return merge_people(scope, from_patient=two[0], to_patient=two[1], at=at)


@pytest.mark.parametrize(
    "covers", [SuppressionScope.EVERYTHING, SuppressionScope.MARKETING, SuppressionScope.OFFERS]
)
@pytest.mark.parametrize("reason", SuppressionReason)
def test_what_one_address_is_kept_from_holds_for_the_other(scope, two, at, reason, covers):
    """Whatever the reason, but that a mailbox is gone: that says nothing of the other one."""
    suppress_address(scope, "old@old.example", reason=reason, covers=covers, at=at)
    count = join(scope, two, at).restrictions
    found = suppressed_addresses(scope, {two[1]: "new@new.example"})
    if reason is SuppressionReason.BOUNCED:
        assert (count, found) == (0, {})
    else:
        assert (count, found[two[1]].covered, found[two[1]].reason) == (1, covers.covered, reason)


@pytest.mark.parametrize("of", SuppressionKind)
def test_every_way_to_name_an_address_is_decided_about(scope, two, at, of):
    """A hash on somebody's list is that person's no; a domain is of everybody there."""
    named = {
        SuppressionKind.ADDRESS: "old@old.example",
        SuppressionKind.DOMAIN: "old.example",
        SuppressionKind.HASH: address_hash("old@old.example"),
    }[of]
    index = practice_keys(scope).blind_index(INDEX_LABELS[of], named)
    keep_index_from(
        scope, index, covers=SuppressionScope.MARKETING, reason=SuppressionReason.IMPORTED, at=at, of=of
    )
    assert suppressed_addresses(scope, {two[0]: "old@old.example"})
    join(scope, two, at)
    assert bool(suppressed_addresses(scope, {two[1]: "new@new.example"})) == (
        of is not SuppressionKind.DOMAIN
    )


def test_what_a_no_put_on_the_address_ends_with_that_no(scope, two, at):
    old, new = two
    consent.refuse(scope, old, category=OFFERS, source="phone", at=at)
    assert join(scope, two, at).restrictions == 1
    assert suppressed_addresses(scope, {new: "new@new.example"})
    consent.grant(scope, new, category=OFFERS, source="in_person", at=at)
    assert suppressed_addresses(scope, {new: "new@new.example"}) == {}


def test_what_was_lifted_before_stays_lifted(scope, two, at):
    from bedside.records.consent.rules import LiftReason

    suppress_address(scope, "old@old.example", reason=SuppressionReason.STAFF, at=at)
    (row,) = suppressions_of(scope, "old@old.example")
    lift_suppression(scope, row.id, because=LiftReason.ENTERED_BY_MISTAKE, at=at)
    assert join(scope, two, at).restrictions == 0
    assert suppressed_addresses(scope, {two[1]: "new@new.example"}) == {}


def test_a_complaint_holds_for_the_other_address_that_was_asked_for(scope, two, at):
    consent.ask_other_way(
        scope, two[1], way=Way.OTHER_EMAIL, address="safe@safe.example", source="in_person", at=at
    )
    suppress_address(scope, "old@old.example", reason=SuppressionReason.COMPLAINED, at=at)
    assert join(scope, two, at).restrictions == 2
    assert suppressed_addresses(scope, {two[1]: "safe@safe.example"})


def test_joining_records_of_one_address_adds_no_row(scope, two, at):
    patients.change(scope, Patient(id=two[1], mrn="new", email="OLD@old.example"), at=at)
    suppress_address(scope, "old@old.example", reason=SuppressionReason.COMPLAINED, at=at)
    before = AddressSuppression.objects.count()
    assert join(scope, two, at).restrictions == 0
    assert AddressSuppression.objects.count() == before


def test_a_revoked_part_2_consent_stays_revoked_in_the_database(scope, two, at):
    old, new = two
    for one in two:
        consent.record_part2_consent(
            scope, one, purposes=["offers"], until=None, care_only=False, source="paper", at=at
        )
    consent.revoke_part2_consent(scope, old, source="paper", at=at)
    assert join(scope, two, at).restrictions == 1
    assert permissions_of(scope, [new])[new].part2 is None


def test_a_hold_on_the_record_that_went_keeps_the_person_from_being_erased(scope, two, at):
    from bedside.ground.errors import Refusal
    from bedside.oversight.retention.actions import erase
    from bedside.oversight.retention.holds import place_hold
    from bedside.oversight.retention.rules import ErasureReason, HoldCode

    place_hold(scope, two[0], code=next(iter(HoldCode)), reason="Case 12", at=at)
    join(scope, two, at)
    with pytest.raises(Refusal) as refused:
        erase(scope, two[1], reason=ErasureReason.PERSON_ASKED, at=at)
    assert refused.value.code == "legal_hold"
