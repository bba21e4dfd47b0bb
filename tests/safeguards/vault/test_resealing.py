"""What an old version sealed is sealed anew, everywhere, so that two people may destroy the old one."""

from __future__ import annotations

import os

import pytest
from django.db import Error, connection, transaction

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.scope import in_scope
from bedside.kit.sealing.envelope import header_of
from bedside.safeguards.vault import census, resealing
from bedside.safeguards.vault.census import sealed_under
from bedside.safeguards.vault.columns import Under, columns
from bedside.safeguards.vault.destroying import ask, carry_out, refuse, release, requests
from bedside.safeguards.vault.models import Resealing
from bedside.safeguards.vault.persons import rotate_person
from bedside.safeguards.vault.queries import forget_keys
from bedside.safeguards.vault.resealing import advance, reseal, resealing_standing, resting_versions
from bedside.safeguards.vault.rotation import rotate
from tests.safeguards.vault.test_rotation import go_through

DOCUMENT, NOTE = "The signed form, in our words", "Said yes on the phone"


@pytest.fixture
def populated(scope, cast, at) -> dict[str, object]:
    """One of everything, an authorization with its document, a domain's signing key, a segment's columns."""
    from bedside.correspondence.delivery.actions import ensure_signing_key
    from bedside.decisions.segments.index import rebuild
    from tests.support.objects import make_objects

    values = make_objects(scope, at=at).values
    _allow(scope, values["patient_id"], at=at)
    ensure_signing_key(scope, at=at)
    rebuild(scope, at=at)
    for waiting in requests(scope):
        refuse(scope, waiting.id, at=at)
    return values


def _allow(scope, patient_id, *, at) -> None:
    from bedside.records.consent.recording import add_event
    from bedside.records.consent.rules import Category, EventKind, Evidence

    for kind, note, category in (
        (EventKind.AUTHORIZATION_RECORDED, DOCUMENT, Category.OFFERS),
        (EventKind.GRANTED, NOTE, Category.NEWSLETTER),
    ):
        with in_scope(scope):
            add_event(
                scope,
                patient_id,
                kind,
                source="paper",
                at=at,
                evidence=Evidence(note=note),
                category=category,
            )


def _notes(scope, patient_id) -> list[str]:
    from bedside.records.consent.queries import history

    return sorted(view.evidence.note for view in history(scope, patient_id) if view.evidence)


def _known(scope, values) -> list[object]:
    """What the rooms tell from values that the practice's key seals."""
    from bedside.correspondence.campaigns.queries import campaign
    from bedside.correspondence.delivery.keys import known_keys
    from bedside.decisions.composer.queries import draft_of, history
    from bedside.decisions.segments import queries as segments
    from bedside.records.intake import queries as intake
    from bedside.records.patients.queries import get
    from bedside.safeguards.audit.signing import public_keys, signer

    return [
        get(scope, values["patient_id"]),
        _notes(scope, values["patient_id"]),
        campaign(scope, values["campaign_id"]).name,
        draft_of(scope, values["message_id"], revision=None),
        history(scope, values["message_id"]),
        segments.segment(scope, values["segment_id"]),
        segments.finds(scope, values["patient_id"]),
        intake.view(scope, values["import_id"]).name,
        known_keys(scope),
        [key.fingerprint for key in public_keys(scope)],
        signer(scope).name,
    ]


def _resealed(scope, clock) -> None:
    go_through(scope, rotate(scope, at=clock()), clock)
    advance(scope, reseal(scope, 1, at=clock()), clock=clock)


@pytest.mark.usefixtures("db")
def test_every_column_under_the_practice_says_how_it_is_sealed_anew():
    """A new sealed column whose room forgets it would keep every old version for ever."""
    stored = census._under_practice(census.cursor_rows(census._BYTE_COLUMNS))
    assert {at for at in stored if at not in columns() or columns()[at].bound is None} == set()
    assert all(one.bound for one in columns().values() if one.under is Under.PRACTICE)


def test_two_people_destroy_a_version_whose_every_value_was_sealed_anew(scope, scope_of, populated, clock):
    known = _known(scope, populated)
    under = set(sealed_under(scope, 1))
    assert {
        "consent_event.evidence",
        "composer_revision.sealed_body",
        "campaigns_campaign.name_sealed",
    } <= under
    assert {"delivery_dkimkey.sealed", "segments_shard.sealed", "audit_signingkey.sealed_private"} <= under
    omar, chloe = scope_of("omar"), scope_of("chloe")
    with in_scope(scope):
        from bedside.oversight.retention.holds import lift_hold

        lift_hold(chloe, populated["hold_id"], at=clock())
    go_through(scope, rotate(scope, at=clock()), clock)
    with pytest.raises(Refusal) as refused:
        ask(omar, 1, at=clock())
    assert refused.value.code == "still_needed"
    assert resting_versions(scope) == [1]

    advance(scope, reseal(omar, 1, at=clock()), clock=clock)

    told = resealing_standing(scope)
    assert (told.left, told.done, told.share) == (0, told.total, 1.0)
    assert sealed_under(scope, 1) == {}
    assert resting_versions(scope) == []
    request_id = ask(omar, 1, at=clock())
    clock.now = release(chloe, request_id, at=clock())
    assert carry_out(omar, request_id, at=clock())
    forget_keys()
    assert _known(scope, populated) == known


def test_a_batch_and_its_progress_are_one_and_who_goes_on_does_the_rest(scope, populated, clock, monkeypatch):
    """As after a kill: the process is gone between two batches, the job comes again."""
    go_through(scope, rotate(scope, at=clock()), clock)
    resealing_id = reseal(scope, 1, at=clock())
    batches = resealing._batches(scope, resealing_id)
    for _ in range(3):
        next(batches)
    batches.close()
    halfway = resealing_standing(scope)
    assert 0 < halfway.done < halfway.total
    assert sum(sealed_under(scope, 1).values()) == halfway.total - halfway.done
    forget_keys()
    advance(scope, resealing_id, clock=clock)
    assert resealing_standing(scope).done == halfway.total
    advance(scope, resealing_id, clock=clock)
    assert resealing_standing(scope).done == halfway.total, "done twice"


def test_a_spell_ends_and_another_job_goes_on(scope, populated, clock, monkeypatch):
    go_through(scope, rotate(scope, at=clock()), clock)
    resealing_id = reseal(scope, 1, at=clock())
    for _ in range(60):
        if resealing_standing(scope).finished_at:
            break
        advance(scope, resealing_id, clock=lambda: clock.later(seconds=15))
    assert resealing_standing(scope).left == 0


def test_a_value_that_was_tampered_with_stays_and_is_counted(scope, populated, clock):
    from bedside.correspondence.campaigns.models import CampaignRow

    with in_scope(scope):
        CampaignRow.objects.update(name_sealed=header_of(1) + os.urandom(40))
    _resealed(scope, clock)
    assert resealing_standing(scope).left == 1
    assert sealed_under(scope, 1) == {"campaigns_campaign.name_sealed": 1}


def test_seals_nothing_anew_that_a_version_in_use_has_sealed(scope, clock):
    with pytest.raises(Refusal) as refused:
        reseal(scope, 1, at=clock())
    assert refused.value.code == "key_in_use"
    for version in (0, 7):
        with pytest.raises((Refusal, NotFound)):
            reseal(scope, version, at=clock())


def test_refuses_a_second_one_while_one_is_under_way(scope, clock):
    go_through(scope, rotate(scope, at=clock()), clock)
    reseal(scope, 1, at=clock())
    with pytest.raises(Refusal) as refused:
        reseal(scope, 1, at=clock())
    assert refused.value.code == "resealing_running"
    with in_scope(scope):
        assert Resealing.objects.count() == 1


@pytest.mark.parametrize("who", ["ana", "ada", "abe"])
def test_only_who_keeps_the_keys_has_values_sealed_anew(scope, scope_of, clock, who):
    go_through(scope, rotate(scope, at=clock()), clock)
    with pytest.raises(NotAllowed):
        reseal(scope_of(who), 1, at=clock())


def test_does_not_touch_what_another_practice_has_sealed(scope, stranger_scope, clock):
    from bedside.decisions.segments.actions import save
    from bedside.decisions.segments.rules import All

    save(stranger_scope, segment_id=None, name="Everybody", rule=All(()), at=clock())
    before = sealed_under(stranger_scope, 1)
    _resealed(scope, clock)
    assert sealed_under(stranger_scope, 1) == before != {}


# --- what may be added and read only may be sealed anew, and nothing else


@pytest.mark.parametrize(
    "change",
    [
        "evidence = NULL",
        "evidence = evidence || '\\x00'::bytea",
        "evidence = '\\x02'::bytea || substring(evidence FROM 2)",
        "evidence = substring(evidence FROM 1 FOR 1) || '\\x00000000'::bytea || substring(evidence FROM 6)",
        "kind = 'granted'",
        "patient_id = gen_random_uuid()",
    ],
)
def test_the_database_lets_only_a_seal_take_the_place_of_a_seal(scope, populated, change):
    with pytest.raises(Error) as refused, in_scope(scope), connection.cursor() as cursor:
        cursor.execute(f"UPDATE consent_event SET {change} WHERE evidence IS NOT NULL")  # noqa: S608  of this file
    assert "only the seal" in str(refused.value) or "permission denied" in str(refused.value)


@pytest.mark.parametrize("table", ["consent_event", "composer_revision", "campaigns_approval"])
def test_a_row_that_is_only_added_cannot_be_taken_away(scope, table):
    with pytest.raises(Error, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608  of this file


def test_evidence_opens_after_a_person_got_a_new_key(scope, populated, at):
    """It lies in a table that may only be added to, and is under the person's key."""
    rotate_person(scope, populated["patient_id"], at=at)
    assert _notes(scope, populated["patient_id"]) == sorted([DOCUMENT, NOTE])
