"""Two records of one person become one: record, chart and permissions, once and for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection

from bedside.ground.errors import NotAllowed, NotFound
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.records.charts import actions as charts
from bedside.records.charts import queries
from bedside.records.charts.merging import JoinedPeople, merge_people
from bedside.records.consent import actions as consent
from bedside.records.consent.elsewhere import other_addresses
from bedside.records.consent.queries import permissions_of
from bedside.records.consent.rules import Answer, Category
from bedside.records.consent.rules.terms import Way
from bedside.records.patients import actions as patients
from bedside.records.patients import merging
from bedside.records.patients import queries as records
from bedside.records.patients.erasing import gone_since
from bedside.records.patients.models import PatientRow
from bedside.records.patients.rules import Patient, Relationship, Sex
from bedside.safeguards.audit import queries as ledger
from tests.records.charts.people import appointment, condition

PIA = Patient(
    id=new_id(),
    mrn="MS-1",
    first_name="Pia",
    last_name="Maple",
    email="pia@example.org",
    conditions=("asthma",),
    custom=(("shoe_size", "40"),),
    street="1 Elm",
    last_visit=date(2026, 1, 1),
)
OLD = Patient(
    id=new_id(),
    mrn="OLD-7",
    first_name="P.",
    birth_date=date(1980, 2, 29),
    sex=Sex.FEMALE,
    email="old@example.org",
    city="Springfield",
    conditions=("asthma", "gout"),
    custom=(("shoe_size", "41"), ("clinic", "North")),
    last_visit=date(2026, 2, 2),
    part2=True,
    relationship=Relationship.PLAN_MEMBER,
)


@pytest.fixture
def two(scope, at):
    pia, old = replace(PIA, id=new_id()), replace(OLD, id=new_id())
    patients.save_many(scope, new=[old, pia], changed=[], source="test", at=at)
    return old.id, pia.id


def join(scope, two, at):
    return merge_people(scope, from_patient=two[0], to_patient=two[1], at=at)


def test_fills_what_the_record_that_stays_did_not_know():
    assert merging.joined(PIA, OLD) == replace(
        PIA,
        birth_date=OLD.birth_date,
        sex=Sex.FEMALE,
        conditions=("asthma", "gout"),
        custom=(("clinic", "North"), ("shoe_size", "40")),
        last_visit=OLD.last_visit,
        part2=True,
    )


@pytest.mark.parametrize("name", ["deceased", "part2"])
def test_never_forgets_what_makes_mail_stricter(name):
    for one, other in ((True, False), (False, True)):
        assert getattr(merging.joined(replace(PIA, **{name: one}), replace(OLD, **{name: other})), name)


def test_takes_the_nearer_relationship():
    prospect = replace(PIA, relationship=Relationship.PROSPECT)
    assert merging.joined(prospect, OLD).relationship is Relationship.PLAN_MEMBER
    assert merging.joined(OLD, prospect).relationship is Relationship.PLAN_MEMBER


def test_leaves_nothing_that_names_or_reaches_anybody(scope, two, at):
    join(scope, two, at)
    assert records.get(scope, two[0]) == Patient(id=two[0], part2=True, relationship=Relationship.PLAN_MEMBER)
    assert merging.survivors(scope, two) == {two[0]: two[1]}
    assert [one.id for one in records.page(scope, after=None, limit=10)] == [two[1]]
    assert records.count(scope) == 1


def test_finds_the_one_that_stays_by_either_number(scope, two, at):
    join(scope, two, at)
    assert records.ids_by_mrn(scope, ["MS-1", "old-7"]) == {"MS-1": two[1], "old-7": two[1]}
    assert records.ids_by_address(scope, "old@example.org") == []
    assert records.get(scope, two[1]).mrn == "MS-1"


def test_takes_over_a_number_where_it_had_none(scope, two, at):
    patients.change(scope, replace(PIA, id=two[1], mrn="", email=""), at=at)
    join(scope, two, at)
    held = records.get(scope, two[1])
    assert (held.mrn, held.email) == ("OLD-7", "old@example.org")
    assert records.ids_by_mrn(scope, ["OLD-7", "MS-1"]) == {"OLD-7": two[1]}


def test_tells_whoever_follows_changes(scope, two, at):
    before = records.last_change(scope)
    join(scope, two, at)
    with in_scope(scope):
        changed = PatientRow.objects.filter(change_no__gt=before).exclude(id=two[0])
        assert [*changed.values_list("id", flat=True)] == [two[1]]
    assert [one for _, one in gone_since(scope, before)] == [two[0]]


def test_moves_the_chart(scope, two, at):
    charts.save_entries(scope, {two[0]: [condition(), appointment()]}, at=at)
    assert join(scope, two, at).entries == 2
    assert {*queries.chart(scope, two[1])} == {condition(), appointment()}
    assert queries.chart(scope, two[0]) == ()


def test_keeps_every_no_and_takes_over_no_yes(scope, two, at):
    old, pia = two
    consent.grant(scope, pia, category=Category.OFFERS, source="phone", at=at)
    consent.grant(scope, old, category=Category.NEWSLETTER, source="phone", at=at)
    consent.refuse(scope, old, category=Category.OFFERS, source="phone", at=at)
    consent.restrict_categories(scope, old, categories=[Category.RESEARCH], source="paper", at=at)
    consent.pause(
        scope, old, category=Category.NEWSLETTER, until=at.date() + timedelta(days=30), source="phone", at=at
    )
    assert join(scope, two, at).restrictions == 3
    held = permissions_of(scope, [pia])[pia]
    assert held.permissions[Category.OFFERS].answer is Answer.REFUSED
    assert held.permissions[Category.NEWSLETTER].answer is Answer.UNKNOWN
    assert held.restricted_from == {Category.RESEARCH}
    assert held.paused_until == {Category.NEWSLETTER: at.date() + timedelta(days=30)}


def test_keeps_a_stop_and_the_other_address_that_was_asked_for(scope, two, at):
    old, pia = two
    consent.stop_everything(scope, old, source="phone", at=at)
    consent.restrict_email(scope, old, source="paper", at=at)
    consent.ask_other_way(
        scope, old, way=Way.OTHER_EMAIL, address="safe@example.org", source="in_person", at=at
    )
    consent.appoint_representative(scope, old, authority="mother", until=None, source="paper", at=at)
    assert join(scope, two, at).restrictions == 4
    held = permissions_of(scope, [pia])[pia]
    assert held.stopped_everything_at == at
    assert held.stop_beyond_links
    assert held.email_restricted
    assert held.representative_recorded
    assert held.other_way is Way.OTHER_EMAIL
    assert other_addresses(scope, [pia]) == {pia: "safe@example.org"}


def everything() -> str:
    tables = (
        "patients_patient",
        "patients_merged",
        "patients_gone",
        "charts_part",
        "consent_event",
        "audit_entry",
    )
    with connection.cursor() as cursor:
        found = []
        for table in tables:
            cursor.execute(f"SELECT string_agg(t::text, '' ORDER BY t::text) FROM {table} t")  # noqa: S608
            found.append(str(cursor.fetchone()[0]))
    return "".join(found)


def test_changes_nothing_the_second_time(scope, two, at):
    charts.save_entries(scope, {two[0]: [condition()]}, at=at)
    consent.stop_everything(scope, two[0], source="phone", at=at)
    assert join(scope, two, at) == JoinedPeople(survivor_id=two[1], new=True, entries=1, restrictions=1)
    with in_scope(scope):
        before = everything()
        for pair in (two, two[::-1]):
            assert join(scope, pair, at) == JoinedPeople(survivor_id=two[1], new=False)
        assert everything() == before


def test_follows_a_record_that_was_joined_before(scope, two, at):
    third = replace(PIA, id=new_id(), mrn="MS-3", email="")
    patients.add(scope, third, at=at)
    join(scope, two, at)
    merge_people(scope, from_patient=two[1], to_patient=third.id, at=at)
    assert merging.survivors(scope, [*two, third.id]) == {two[0]: third.id, two[1]: third.id}
    assert {*merging.became(scope, third.id)} == {*two}
    assert records.ids_by_mrn(scope, ["OLD-7"]) == {"OLD-7": third.id}


def test_records_what_was_done_to_whom(scope, two, at):
    join(scope, two, at)
    (act,) = ledger.entries(
        scope, before_id=None, kind="patients.joined", actor_id="", subject=str(two[0]), limit=9
    )
    assert act.details["survivor"] == str(two[1])


def test_owes_nobody_a_letter_about_it(scope, two, at):
    from bedside.records.consent.letter_claims import letters_of

    consent.prove_address(scope, two[0], source="in_person", at=at, evidence=None)
    join(scope, two, at)
    assert [*letters_of(scope, patient_id=two[0], at=at), *letters_of(scope, patient_id=two[1], at=at)] == []


def test_refuses_strangers_and_whoever_may_not(scope, stranger_scope, scope_of, two, at):
    with pytest.raises(NotFound):
        join(stranger_scope, two, at)
    with pytest.raises(NotAllowed):
        join(scope_of("ada"), two, at)
    with pytest.raises(NotFound):
        join(scope, (two[0], new_id()), at)
    assert merging.survivors(scope, two) == {}
