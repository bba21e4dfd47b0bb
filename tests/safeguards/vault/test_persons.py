"""One person gets a new key: everything about them still opens, and the old key opens nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.sealing import Unsealable
from bedside.records.patients.models import PatientRow
from bedside.records.patients.queries import get
from bedside.safeguards.vault.census import sealed_under
from bedside.safeguards.vault.columns import Under, columns, person_resealers
from bedside.safeguards.vault.inventory import Level, inventory
from bedside.safeguards.vault.persons import rotate_person
from bedside.safeguards.vault.queries import person_keys
from tests.support.objects import make_objects


@pytest.fixture
def vera(scope, cast, at):
    """Somebody with a record, a hold, and a place in a campaign."""
    return make_objects(scope, at=at).values


def test_everything_about_the_person_opens_under_the_new_key(scope, vera, at):
    from bedside.correspondence.campaigns.queries import explanation
    from bedside.oversight.retention.holds import holds_on

    person = vera["patient_id"]
    before = get(scope, person), holds_on(scope, person)[0].reason
    old = person_keys(scope, [person])[person]
    with in_scope(scope):
        row = PatientRow.objects.get(id=person)
    assert rotate_person(scope, person, at=at) >= 3
    assert (get(scope, person), holds_on(scope, person)[0].reason) == before
    assert explanation(scope, vera["campaign_id"], vera["recipient_id"]).facts
    from bedside.kit.sealing import Place

    with in_scope(scope):
        row = PatientRow.objects.get(id=person)
    place = Place(
        practice=str(scope.practice_id),
        table="patients_patient",
        row=str(person),
        column="sealed",
        version=row.version,
    )
    with pytest.raises(Unsealable):
        old.open(bytes(row.sealed), place=place)


def test_waits_while_a_mail_to_them_is_in_hand(scope, vera, at):
    from bedside.correspondence.campaigns.models import RecipientRow

    with in_scope(scope):
        RecipientRow.objects.filter(id=vera["recipient_id"]).update(state="handing_over")
    held = person_keys(scope, [vera["patient_id"]])
    with pytest.raises(Refusal) as refused:
        rotate_person(scope, vera["patient_id"], at=at)
    assert refused.value.code == "mail_in_hand"
    assert get(scope, vera["patient_id"]).last_name == "Zqmarked"
    assert held


def test_is_for_who_keeps_the_keys_and_for_their_own_people(scope_of, stranger_scope, vera, at):
    with pytest.raises(NotAllowed):
        rotate_person(scope_of("ana"), vera["patient_id"], at=at)
    for scope, person in ((stranger_scope, vera["patient_id"]), (stranger_scope, new_id())):
        with pytest.raises(NotFound):
            rotate_person(scope, person, at=at)


def test_every_table_under_persons_keys_says_how_to_seal_anew():
    wholly = {one.table for one in columns().values() if one.under is Under.PERSON}
    # Beside documents, which are the practice's, a table may hold what is under the person's key.
    partly = {one.table for one in columns().values() if one.only is not None}
    assert set(person_resealers()) == wholly | partly


def test_counts_what_a_version_seals_by_table_and_leaves_out_what_persons_keys_seal(scope, vera):
    counted = sealed_under(scope, 1)
    assert counted["vault_personkey.wrapped"] >= 1
    assert counted["composer_revision.sealed_body"] >= 1
    assert "patients_patient.sealed" not in counted
    assert "campaigns_recipient.facts_sealed" not in counted
    assert sealed_under(scope, 2) == {}


def test_the_inventory_lists_every_level(scope, vera, at):
    found = inventory(scope, at=at)
    levels = {key.level for key in found.keys}
    assert levels >= {Level.ROOT, Level.INSTALLATION, Level.PRACTICE, Level.INDEX, Level.PERSON, Level.LEDGER}
    practice = next(key for key in found.keys if key.level is Level.PRACTICE)
    assert (practice.due_at - practice.active_at).days == 730
    assert not practice.overdue
    assert found.recovery.made_at is None


def test_a_key_is_due_after_its_period(scope, at, settings):
    settings.BEDSIDE_KEY_PERIOD_DAYS = 1
    from datetime import timedelta

    practice = next(
        key for key in inventory(scope, at=at + timedelta(days=1)).keys if key.level is Level.PRACTICE
    )
    assert practice.overdue


def test_a_destroyed_key_put_back_from_a_copy_of_the_database_opens_nothing(scope, at):
    """Row and all, as a dump of the tables has it."""
    from bedside.records.patients import queries as patients
    from bedside.safeguards.vault.actions import destroy_person_keys
    from bedside.safeguards.vault.models import PersonKey
    from bedside.safeguards.vault.queries import person_keys
    from tests.correspondence.building import make_people

    rosa, other = (one.id for one in make_people(scope, 2, at=at))
    with in_scope(scope):
        copied = PersonKey.objects.filter(person_id=rosa).values().get()
    destroy_person_keys(replace(scope, rights=scope.rights | {"erase_patients"}), [rosa], at=at)
    with in_scope(scope):
        PersonKey.objects.create(**copied)
    assert set(person_keys(scope, [rosa, other])) == {other}
    assert [one.id for one in patients.by_ids(scope, [rosa, other])] == [other]
    assert [one.id for one in patients.page(scope, after=None, limit=10)] == [other]
    with pytest.raises(NotFound):
        rotate_person(scope, rosa, at=at)
