"""Signing up in two steps: what is kept, for whom, and what nobody learns."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bedside.ground.errors import NotFound
from bedside.ground.scope import in_scope
from bedside.records.consent import actions as consent
from bedside.records.consent.queries import history, permissions_of, suppressed_addresses
from bedside.records.consent.rules import Answer, Category, Source, SuppressionReason
from bedside.records.patients.queries import count, get, ids_by_address
from bedside.records.patients.rules import Relationship
from bedside.records.signups import actions, queries
from bedside.records.signups.actions import Standing
from bedside.records.signups.links import make_stamp, open_pending_link
from bedside.records.signups.models import FormVersionRow, PendingRow
from bedside.records.signups.rules import Language, Robot
from tests.records.consent.people import add_patient, as_patient
from tests.records.signups.forms import (
    ADDRESS,
    answers,
    confirm,
    mailed_links,
    promise,
    published,
    send,
    sign_up,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope


def said(scope: Scope, patient_id: UUID, category: Category = Category.NEWSLETTER) -> Answer:
    return permissions_of(scope, [patient_id])[patient_id].permissions[category].answer


@pytest.mark.row("CON-05")
def test_nobody_is_on_record_before_they_confirm(scope: Scope, at: datetime) -> None:
    form = published(scope, at=at)
    assert send(scope, form, answers(), at=at) is None
    assert count(scope) == 0
    [token] = mailed_links(scope, at=at)
    assert confirm(scope, token, at=at + timedelta(minutes=5)) is Standing.DONE
    [patient_id] = ids_by_address(scope, ADDRESS)
    found = get(scope, patient_id)
    assert (found.first_name, found.relationship) == ("Paula", Relationship.PROSPECT)
    assert said(scope, patient_id) is Answer.GRANTED
    assert permissions_of(scope, [patient_id])[patient_id].proven_mark


@pytest.mark.row("CON-05")
def test_forgets_what_nobody_confirmed_in_a_week(scope: Scope, at: datetime) -> None:
    form = published(scope, at=at)
    send(scope, form, answers(), at=at)
    [token] = mailed_links(scope, at=at)
    assert actions.purge(scope, at=at + timedelta(days=7, seconds=-1)) == 0
    late = at + timedelta(days=7)
    assert confirm(scope, token, at=late) is Standing.EXPIRED
    assert actions.purge(scope, at=late) == 1
    with in_scope(scope):
        [row] = PendingRow.objects.all()
    assert row.sealed is None
    assert confirm(scope, token, at=at) is Standing.EXPIRED
    [shown] = queries.forms(scope)
    assert (shown.pending, shown.confirmed, shown.expired) == (0, 0, 1)
    assert count(scope) == 0


@pytest.mark.row("CON-02", "CON-03", "CON-25", "CON-26")
def test_keeps_with_each_yes_what_was_shown_and_how_it_came_about(scope: Scope, at: datetime) -> None:
    form = published(scope, at=at)
    patient_id = sign_up(scope, form, answers(language=Language.SPANISH), at=at)
    [granted] = [one for one in history(scope, patient_id) if one.event.kind == "granted"]
    evidence = granted.evidence
    assert evidence is not None
    assert granted.event.source == Source.SIGNUP_FORM
    assert evidence.language == "es"
    assert evidence.wording == f"sha256:{form.wordings[Language.SPANISH]}"
    assert evidence.form == f"{form.form_id} version 1"
    assert evidence.notice == "2026-02"
    assert evidence.default_state == "unticked"
    assert evidence.page_url == "https://www.maple.example/join"
    assert (evidence.network_address, evidence.confirmed_from) == ("192.0.2.7", "192.0.2.9")
    assert evidence.user_agent == "Firefox"
    assert evidence.presented_at == "2026-11-20T08:59:00-06:00"
    assert evidence.acted_at == "2026-11-20T09:00:00-06:00"
    assert evidence.confirmed_at == "2026-11-20T09:05:00-06:00"


@pytest.mark.row("CON-03", "CON-26")
def test_shows_the_words_behind_a_yes_after_the_form_has_changed(scope: Scope, at: datetime) -> None:
    form = published(scope, at=at)
    promise(scope, at=at, monthly_caps={"newsletter": 3, "offers": 1})
    assert actions.publish_form(scope, form.form_id, based_on=1, at=at) == 2
    for language in Language:
        text = queries.wording_of(scope, form.wordings[language])
        assert hashlib.sha256(text.encode()).hexdigest() == form.wordings[language]
        assert ("At most 4 mails a month" in text) is (language is Language.ENGLISH)
    with pytest.raises(NotFound):
        queries.wording_of(scope, "0" * 64)


def test_a_published_version_cannot_be_changed_or_deleted(scope: Scope, at: datetime) -> None:
    from django.db import DatabaseError

    form = published(scope, at=at)
    for act in (
        lambda: FormVersionRow.objects.filter(id=form.version_id).update(wordings={"en": "0" * 64}),
        lambda: FormVersionRow.objects.filter(id=form.version_id).delete(),
    ):
        with pytest.raises(DatabaseError), in_scope(scope):
            act()


@pytest.mark.row("CON-09")
def test_a_yes_is_to_what_was_ticked_and_to_nothing_else(scope: Scope, at: datetime) -> None:
    patient_id = sign_up(scope, published(scope, at=at), answers(), at=at)
    held = permissions_of(scope, [patient_id])[patient_id].permissions
    assert [one for one, permission in held.items() if permission.answer is Answer.GRANTED] == [
        Category.NEWSLETTER
    ]


@pytest.mark.row("AUT-14")
def test_signing_up_without_any_yes_succeeds(scope: Scope, at: datetime) -> None:
    patient_id = sign_up(scope, published(scope, at=at), answers(categories=()), at=at)
    held = permissions_of(scope, [patient_id])[patient_id]
    assert {one.answer for one in held.permissions.values()} == {Answer.UNKNOWN}
    assert held.authorizations == ()


@pytest.mark.row("CON-07")
def test_a_link_works_once_and_says_nothing(scope: Scope, at: datetime) -> None:
    form = published(scope, at=at)
    send(scope, form, answers(), at=at)
    [token] = mailed_links(scope, at=at)
    assert "@" not in token
    assert "paula" not in token.casefold()
    assert confirm(scope, token, at=at) is Standing.DONE
    before = history(scope, ids_by_address(scope, ADDRESS)[0])
    assert confirm(scope, token, at=at) is Standing.ALREADY
    assert history(scope, ids_by_address(scope, ADDRESS)[0]) == before
    for changed in (
        token[:-1],
        token + "A",
        token[:30] + ("A" if token[30] != "A" else "B") + token[31:],
        "",
        "ü" * 99,
    ):
        assert open_pending_link(changed) is None


@pytest.mark.row("CON-07")
def test_a_whole_link_of_another_practice_opens_nothing_here(
    scope: Scope, stranger_scope: Scope, at: datetime
) -> None:
    form = published(scope, at=at)
    send(scope, form, answers(), at=at)
    [token] = mailed_links(scope, at=at)
    link = open_pending_link(token)
    assert link is not None
    elsewhere = actions.visitor_scope(stranger_scope.practice_id, who="", origin="")
    with pytest.raises(NotFound):
        actions.confirm(elsewhere, link.pending_id, token=token, network_address="", at=at)


@pytest.mark.row("CON-06")
def test_looking_at_a_link_changes_nothing(scope: Scope, at: datetime) -> None:
    form = published(scope, at=at)
    send(scope, form, answers(), at=at)
    [token] = mailed_links(scope, at=at)
    link = open_pending_link(token)
    assert link is not None
    for _ in range(3):
        assert actions.standing(scope, link.pending_id, token=token, at=at) is Standing.OPEN
    assert count(scope) == 0


def test_finds_the_one_patient_of_that_address_and_overwrites_nothing(scope: Scope, at: datetime) -> None:
    held = add_patient(scope, at=at, email=ADDRESS, phone="555-0199")
    form = published(scope, at=at)
    patient_id = sign_up(scope, form, answers(first_name="Jane", phone="555-0100"), at=at)
    assert patient_id == held.id
    assert get(scope, held.id) == held
    assert said(scope, held.id) is Answer.GRANTED


def test_puts_nobodys_word_on_the_record_of_another_with_the_same_mailbox(scope: Scope, at: datetime) -> None:
    jane = add_patient(scope, at=at, email=ADDRESS)
    patient_id = sign_up(scope, published(scope, at=at), answers(), at=at)
    assert patient_id != jane.id
    assert said(scope, jane.id) is Answer.UNKNOWN
    assert get(scope, patient_id).relationship is Relationship.PROSPECT


def test_a_confirmed_yes_lifts_a_no_by_link_and_never_one_of_staff(scope: Scope, at: datetime) -> None:
    jane = add_patient(scope, at=at, email=ADDRESS)
    form, given = published(scope, at=at), answers(first_name="Jane", last_name="")
    consent.refuse(
        as_patient(scope, jane.id),
        jane.id,
        category=Category.NEWSLETTER,
        source=Source.UNSUBSCRIBE_LINK,
        at=at,
    )
    sign_up(scope, form, given, at=at)
    assert said(scope, jane.id) is Answer.GRANTED
    assert suppressed_addresses(scope, {jane.id: ADDRESS}) == {}
    consent.refuse(scope, jane.id, category=Category.NEWSLETTER, source=Source.PHONE, at=at)
    consent.suppress_address(scope, ADDRESS, reason=SuppressionReason.STAFF, at=at)
    later = at + timedelta(days=1)
    assert send(scope, form, given, at=later) is None
    [token] = mailed_links(scope, at=later)
    assert confirm(scope, token, at=later) is Standing.DONE  # the same page: a mailbox may be shared
    assert said(scope, jane.id) is Answer.REFUSED
    assert suppressed_addresses(scope, {jane.id: ADDRESS})[jane.id].reason is SuppressionReason.STAFF


def test_who_had_stopped_everything_by_link_gets_what_they_ask_for_and_no_more(
    scope: Scope, at: datetime
) -> None:
    jane = add_patient(scope, at=at, email=ADDRESS)
    form = published(scope, at=at)
    consent.stop_everything(as_patient(scope, jane.id), jane.id, source=Source.UNSUBSCRIBE_LINK, at=at)
    sign_up(scope, form, answers(first_name="Jane", last_name=""), at=at)
    held = permissions_of(scope, [jane.id])[jane.id]
    assert held.stopped_everything_at is None
    granted = [one for one, permission in held.permissions.items() if permission.answer is Answer.GRANTED]
    assert granted == [Category.NEWSLETTER]
    assert held.permissions[Category.REMINDERS].answer is Answer.REFUSED


@pytest.mark.row("SEN-14")
def test_keeps_topics_only_with_the_consent_to_keep_them(scope: Scope, at: datetime) -> None:
    from bedside.records.signups.rules import read_answers

    form = published(scope, at=at)
    typed = {"email": ADDRESS, "state": "WA"}
    for ticked, kept in (({"newsletter"}, ()), ({"newsletter", "collection"}, ("Back pain",))):
        given = read_answers(
            form.content.definition,
            typed,
            ticked=ticked,
            topics={"1"},
            language=Language.ENGLISH,
            today=at.date(),
        )
        assert given.interests == kept
    patient_id = sign_up(scope, form, given, at=at)
    assert get(scope, patient_id).interests == ("Back pain",)
    assert permissions_of(scope, [patient_id])[patient_id].collection


def test_a_practice_that_asks_for_no_second_step_still_asks_who_is_known_or_suppressed(
    scope: Scope, at: datetime
) -> None:
    form = published(scope, at=at)
    promise(scope, at=at, double_opt_in=False)
    jane = add_patient(scope, at=at)
    consent.suppress_address(scope, "gone@example.org", reason=SuppressionReason.ASKED, at=at)
    for given in (answers(email=jane.email), answers(email="gone@example.org")):
        send(scope, form, given, at=at)
    assert len(mailed_links(scope, at=at)) == 2
    assert count(scope) == 1
    send(scope, form, answers(), at=at)
    [patient_id] = ids_by_address(scope, ADDRESS)
    assert said(scope, patient_id) is Answer.GRANTED
    assert not permissions_of(scope, [patient_id])[patient_id].proven_mark


def test_a_form_that_promises_what_no_longer_holds_is_closed(scope: Scope, at: datetime) -> None:
    form = published(scope, at=at)
    promise(scope, at=at, monthly_caps={"newsletter": 5, "offers": 1})
    assert queries.open_form(scope, form.form_id) is None
    actions.publish_form(scope, form.form_id, based_on=1, at=at)
    assert queries.open_form(scope, form.form_id) is not None


@pytest.mark.parametrize(
    ("open_for", "trap", "robot"),
    [
        (timedelta(seconds=1), "", Robot.TOO_FAST),
        (timedelta(seconds=3), "", None),
        (timedelta(hours=24), "", None),
        (timedelta(hours=24, seconds=1), "", Robot.TOO_OLD),
        (timedelta(minutes=1), "http://buy.example", Robot.FILLED_TRAP),
    ],
)
def test_tells_a_robot_from_a_person(
    scope: Scope, at: datetime, open_for: timedelta, trap: str, robot: Robot | None
) -> None:
    form = published(scope, at=at)
    stamp = make_stamp(form.form_id, at=at - open_for)
    assert send(scope, form, answers(), at=at, stamp=stamp, trap=trap) is robot
    assert len(mailed_links(scope, at=at)) == (robot is None)


def test_a_stamp_counts_once_for_its_own_form_alone(scope: Scope, at: datetime) -> None:
    form = published(scope, at=at)
    stamp = make_stamp(form.form_id, at=at - timedelta(minutes=1))
    assert send(scope, form, answers(), at=at, stamp=stamp) is None
    assert send(scope, form, answers(), at=at, stamp=stamp) is None  # a double click
    assert send(scope, form, answers(email="x@example.org"), at=at, stamp=stamp) is Robot.USED_BEFORE
    assert len(mailed_links(scope, at=at)) == 1
    other = published(scope, at=at)
    assert send(scope, other, answers(), at=at, stamp=stamp) is Robot.NO_STAMP
    assert send(scope, form, answers(), at=at, stamp=stamp[:-2] + "AA") is Robot.NO_STAMP


def test_one_network_and_one_mailbox_come_only_so_often(scope: Scope, at: datetime) -> None:
    from bedside.records.signups.limits import PER_ADDRESS_MAX, PER_NETWORK_MAX

    form = published(scope, at=at)
    given = [send(scope, form, answers(), at=at) for _ in range(PER_NETWORK_MAX + 1)]
    assert given[-2:] == [None, Robot.TOO_MANY]
    assert len(mailed_links(scope, at=at)) == PER_ADDRESS_MAX
    assert send(scope, form, answers(email="x@example.org"), at=at, network="192.0.2.8") is None
    assert send(scope, form, answers(email="y@example.org"), at=at + timedelta(hours=1)) is None


def test_many_networks_together_make_no_mailing(
    scope: Scope, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bedside.records.signups.limits.PER_PRACTICE_MAX", 3)
    form = published(scope, at=at)
    given = [
        send(scope, form, answers(email=f"{number}@example.org"), at=at, network=f"192.0.2.{number}")
        for number in range(5)
    ]
    assert given == [None, None, None, Robot.TOO_MANY, Robot.TOO_MANY]
    assert send(scope, form, answers(), at=at + timedelta(hours=1)) is None


def test_a_plus_in_the_address_makes_no_other_mailbox(scope: Scope, at: datetime) -> None:
    from bedside.records.signups.limits import PER_ADDRESS_MAX

    form = published(scope, at=at)
    for number in range(PER_ADDRESS_MAX + 2):
        assert send(scope, form, answers(email=f"paula.poe+{number}@example.org"), at=at) is None
    assert len(mailed_links(scope, at=at)) == PER_ADDRESS_MAX


def test_erasing_somebody_forgets_what_waits_for_their_click(scope: Scope, at: datetime) -> None:
    from bedside.oversight.retention.actions import erase
    from bedside.oversight.retention.rules import ErasureReason

    jane = add_patient(scope, at=at, email=ADDRESS)
    form = published(scope, at=at)
    send(scope, form, answers(), at=at)
    send(scope, form, answers(email="other@example.org"), at=at)
    erase(scope, jane.id, reason=ErasureReason.PERSON_ASKED, at=at)
    with in_scope(scope):
        left = {row.state: row.sealed is None for row in PendingRow.objects.all()}
    assert left == {"expired": True, "pending": False}
    assert len(mailed_links(scope, at=at)) == 1
