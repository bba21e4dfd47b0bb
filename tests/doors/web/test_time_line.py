"""One person's history as a time line, and the forms for what staff hear beyond yes and no."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from bedside.correspondence.letters.wording import mark_of, wording
from bedside.doors.web.permissions.hearing import ACTS
from bedside.doors.web.permissions.timeline import LineKind, kind_of, time_line
from bedside.doors.web.permissions.warning import (
    PRESENT_WARNING,
    WARNINGS,
    mark_of_wording,
    wording_in_words,
)
from bedside.ground import clock
from bedside.records.consent import actions, queries
from bedside.records.consent.letter_claims import letters_of
from bedside.records.consent.proving import is_proven
from bedside.records.consent.rules import PROMOTIONAL, Answer, Category, EventKind, Evidence, Way
from bedside.records.consent.rules.letters import LetterKind
from tests.records.consent.people import add_patient, as_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope
    from bedside.records.consent.rules import PersonPermissions

AHEAD = (clock.now() + timedelta(days=40)).date()


@pytest.fixture
def jane(scope: Scope, at: datetime) -> UUID:
    return add_patient(scope, at=at).id


@pytest.fixture
def page(signed_in: Callable[[str], Client], jane: UUID) -> Callable[..., str]:
    """Text of the page of permissions; `page("ada", show="consent")`."""

    def give(who: str = "omar", **asked: str) -> str:
        return signed_in(who).get(reverse("permissions", args=[jane]), asked).content.decode()

    return give


@pytest.fixture
def hear(signed_in: Callable[[str], Client], jane: UUID) -> Callable[..., object]:
    """Records one act as Omar does."""

    def post(act: str, **typed: object) -> object:
        told = {"act": act, "source": "phone", **typed}
        return signed_in("omar").post(reverse("permissions_record", args=[jane]), told)

    return post


def held(scope: Scope, patient_id: UUID) -> PersonPermissions:
    return queries.permissions_of(scope, [patient_id])[patient_id]


@pytest.mark.row("CON-02")
def test_tells_who_when_how_and_what_was_shown(
    scope: Scope, scope_of: Callable[[str], Scope], jane: UUID, page: Callable[..., str]
) -> None:
    shown = Evidence(wording="choices-1", language="es", network_address="192.0.2.7", user_agent="Browser/9")
    spring = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
    actions.refuse(
        as_patient(scope, jane), jane, category=Category.OFFERS, source="unsubscribe_link", at=spring,
        evidence=shown,
    )  # fmt: skip
    note = Evidence(wording="staff-1", note="She called about it.")
    later = spring + timedelta(days=3)
    actions.grant(
        scope_of("ana"), jane, category=Category.NEWSLETTER, source="phone", at=later, evidence=note
    )
    text = page()
    assert text.index('datetime="2026-03-05"') < text.index('datetime="2026-03-02"')
    for told in (
        "Said no to: Offers, by the link in a mail", "recorded by the person", "9:30 AM", "choices-1", "192.0.2.7",
        "Browser/9", "Said yes to: Health tips, by phone", "recorded by Nurse Ana", "She called about it.",
    ):  # fmt: skip
        assert told in text


def test_hides_where_somebody_clicked_from_who_only_reads(
    scope: Scope, jane: UUID, page: Callable[..., str], at: datetime
) -> None:
    shown = Evidence(wording="choices-1", network_address="192.0.2.7")
    actions.refuse(scope, jane, category=Category.OFFERS, source="phone", at=at, evidence=shown)
    assert "192.0.2.7" not in page("ada")
    assert "choices-1" in page("ada")


@pytest.mark.parametrize(("kind", "seen"), [("consent", True), ("preference", False), ("nonsense", True)])
def test_narrows_the_time_line_to_one_kind(
    scope: Scope, jane: UUID, page: Callable[..., str], at: datetime, kind: str, *, seen: bool
) -> None:
    actions.refuse(scope, jane, category=Category.OFFERS, source="phone", at=at)
    text = page(show=kind)
    assert ("Said no to: Offers, by phone" in text) is seen
    assert ("Nothing of this kind" in text) is not seen


def test_says_what_to_do_where_nothing_was_recorded(page: Callable[..., str]) -> None:
    assert "Nothing was ever recorded" in page()


@pytest.mark.parametrize("kind", list(EventKind))
def test_each_act_belongs_to_one_kind(kind: EventKind) -> None:
    assert kind_of(kind.value) is not LineKind.LETTER


def test_shows_mails_about_it_among_the_acts(
    scope: Scope, jane: UUID, hear: Callable[..., object], page: Callable[..., str]
) -> None:
    assert hear("ask_to_prove").status_code == 302
    assert "Please confirm your address: waiting" in page(show="letter")
    assert "Send the confirmation mail" in page()


@pytest.mark.row("CON-03")
@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (mark_of(wording(LetterKind.WELCOME, "es"), "es"), "Ya quedó su registro"),
        (f"es:{'0' * 64}", ""),  # of a text that this version does not know
    ],
)
def test_shows_the_words_of_a_mail_that_was_written(
    scope: Scope, jane: UUID, hear: Callable[..., object], mark: str, words: str
) -> None:
    hear("ask_to_prove")
    [letter] = letters_of(scope, patient_id=jane, at=clock.now())
    [waiting] = time_line(scope, [], [letter], only=None)[0].lines
    assert waiting.wording is None
    [written] = time_line(scope, [], [replace(letter, wording=mark)], only=None)[0].lines
    assert written.wording is not None
    assert written.wording.sha256 == mark[3:]
    assert written.wording.text.partition("\n")[0] == words


def test_records_a_pause_how_often_and_only_reminders(
    scope: Scope, jane: UUID, hear: Callable[..., object], page: Callable[..., str]
) -> None:
    hear("pause", about="promotional", until=AHEAD.isoformat())
    hear("often", about="newsletter", number="2")
    assert held(scope, jane).paused_until == dict.fromkeys(PROMOTIONAL, AHEAD)
    assert held(scope, jane).monthly_max == {Category.NEWSLETTER: 2}
    text = page()
    assert "All but care and notices, up to and with" in text
    assert "Health tips: at most 2 in 30 days" in text
    hear("end_pause", about="promotional")
    hear("often", about="newsletter", number="")
    hear("only_reminders")
    said = held(scope, jane)
    assert (dict(said.paused_until), dict(said.monthly_max)) == ({}, {})
    assert {one: said.permissions[one].answer for one in PROMOTIONAL} == dict.fromkeys(
        PROMOTIONAL, Answer.REFUSED
    )


@pytest.mark.row("RGT-10")
def test_records_an_agreement_for_some_mail_and_its_end(
    scope: Scope, jane: UUID, hear: Callable[..., object], page: Callable[..., str]
) -> None:
    hear("restrict_kinds", categories=["offers", "newsletter"], note="Letter in the file.")
    assert held(scope, jane).restricted_from == {Category.OFFERS, Category.NEWSLETTER}
    text = page()
    assert "We agreed not to email" in text
    assert "45 CFR 164.522(a)" in text
    hear("lift")
    assert held(scope, jane).restricted_from == frozenset()


@pytest.mark.row("RGT-12")
def test_another_way_is_recorded_and_nobody_can_write_down_why(
    signed_in: Callable[[str], Client], scope: Scope, jane: UUID, hear: Callable[..., object]
) -> None:
    form = signed_in("omar").get(reverse("permissions_record", args=[jane])).content.decode()
    start = form.index('id="other_way"')
    piece = form[start : form.index("</details>", start)]
    assert "do not ask why" in piece
    assert 'name="note"' not in piece
    assert "<textarea" not in piece
    hear("other_way", way="other_email", address="jane@elsewhere.example", note="because of her husband")
    (view,) = queries.history(scope, jane)
    assert held(scope, jane).other_way is Way.OTHER_EMAIL
    assert (view.evidence.address, view.evidence.note) == ("jane@elsewhere.example", "")
    hear("end_other_way")
    assert held(scope, jane).other_way is None


@pytest.mark.row("RGT-15")
def test_records_who_may_act_by_what_authority_and_until_when(
    scope: Scope, jane: UUID, hear: Callable[..., object], page: Callable[..., str]
) -> None:
    refused = hear("appoint", authority="mother")
    assert "Give the last day on which they may act" in refused.content.decode()
    assert not held(scope, jane).representative_recorded
    hear("appoint", authority="mother", until=AHEAD.isoformat())
    assert held(scope, jane).represented_until == AHEAD
    assert f"Up to and with {AHEAD:%B} {AHEAD.day}, {AHEAD.year}" in page()
    assert "mother" in page()
    hear("end_representative")
    assert not held(scope, jane).representative_recorded


@pytest.mark.row("CON-21")
def test_unencrypted_mail_is_recorded_with_the_warning_that_was_told(
    scope: Scope, jane: UUID, hear: Callable[..., object], page: Callable[..., str]
) -> None:
    assert "Tell them the warning first" in hear("plain_mail").content.decode()
    assert not held(scope, jane).plain_mail
    hear("plain_mail", warned="yes")
    assert held(scope, jane).plain_mail
    text, (version, words) = page(), next(iter(WARNINGS.items()))
    assert words in text
    assert version.partition("sha256:")[2] in text
    hear("end_plain_mail")
    assert not held(scope, jane).plain_mail


def test_a_warning_is_named_by_its_words() -> None:
    """A changed word without a new version would make earlier acts point to words that nobody saw."""
    assert all(mark_of_wording(mark.split()[0], text) == mark for mark, text in WARNINGS.items())
    assert PRESENT_WARNING.endswith("dbc3f8")


@pytest.mark.row("CON-18")
def test_an_id_that_was_looked_at_proves_the_address(
    scope: Scope, jane: UUID, hear: Callable[..., object], page: Callable[..., str]
) -> None:
    assert "Look at an ID" in hear("identified").content.decode()
    assert not is_proven(scope, jane)
    hear("identified", looked="yes")
    assert is_proven(scope, jane)
    assert "Shown to be theirs" in page()
    assert "Send the confirmation mail" not in page()


@pytest.mark.parametrize(
    ("act", "typed", "sentence"),
    [
        ("pause", {"about": "promotional"}, "Give the last day without mail."),
        ("pause", {"about": "promotional", "until": "soon"}, "Give the last day without mail."),
        ("pause", {"about": "promotional", "until": "2020-01-01"}, "That day is past"),
        ("pause", {"until": AHEAD.isoformat()}, "Choose which mail this is about."),
        ("pause", {"about": "everything", "until": AHEAD.isoformat()}, "Choose which mail this is about."),
        ("often", {"about": "offers", "number": "99"}, "Choose how often as a number from 0 to 31"),
        ("often", {"about": "offers", "number": "-1"}, "Choose how often as a number from 0 to 31"),
        ("often", {"about": "everything", "number": "1"}, "Choose which mail this is about."),
        ("restrict_kinds", {}, "Choose the kinds of mail"),
        ("other_way", {}, "Choose how they want to be reached."),
        ("other_way", {"way": "other_email"}, "Give the other address"),
        ("other_way", {"way": "other_email", "address": "nobody"}, "Give the other address such as"),
        ("appoint", {"no_end": "yes"}, "Say in a few words what allows this person to act"),
        ("only_reminders", {"source": "unsubscribe_link"}, "Say how the patient told you."),
        ("nonsense", {}, "Choose what you want to record."),
    ],
)
def test_says_what_is_missing_and_records_nothing(
    scope: Scope, jane: UUID, hear: Callable[..., object], act: str, typed: dict[str, str], sentence: str
) -> None:
    answer = hear(act, **typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert queries.history(scope, jane) == []


def test_recording_the_same_twice_changes_nothing(
    scope: Scope, jane: UUID, hear: Callable[..., object]
) -> None:
    for _ in range(2):
        assert hear("restrict_kinds", categories=["offers"]).status_code == 302
    assert len(queries.history(scope, jane)) == 1


def test_an_approver_records_nothing(signed_in: Callable[[str], Client], scope: Scope, jane: UUID) -> None:
    address = reverse("permissions_record", args=[jane])
    client = signed_in("ada")
    assert client.get(address).status_code == 403
    for act in ACTS:
        assert client.post(address, {"act": act, "source": "phone"}).status_code == 403
    assert queries.history(scope, jane) == []


def test_a_representative_whose_time_is_over_is_shown_as_nobody(
    signed_in: Callable[[str], Client], scope: Scope, at: datetime
) -> None:
    child = add_patient(scope, at=at, email="leo@example.org", birth_date=date(2015, 5, 5)).id
    then = at - timedelta(days=3)
    actions.appoint_representative(
        scope, child, authority="mother", until=then.date(), source="paper", at=then
    )
    text = signed_in("omar").get(reverse("permissions", args=[child])).content.decode()
    assert "record anew who may act" in text
    assert LetterKind.CONFIRM_ADDRESS.value not in text


@pytest.mark.parametrize(
    ("wording", "version", "sha256"),
    [
        ("choices-1", "choices-1", ""),
        ("sha256:" + "ab" * 32, "", "ab" * 32),
        ("ab" * 32, "", "ab" * 32),
        ("confirm-1 sha256:short", "confirm-1 sha256:short", ""),
    ],
)
def test_names_a_wording_whose_text_is_not_kept_here(
    scope: Scope, wording: str, version: str, sha256: str
) -> None:
    assert wording_in_words(scope, wording) == (version, sha256, "")
