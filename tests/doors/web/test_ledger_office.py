"""Pages for the office: who looked at a patient, verification, the weekly review, and the home page's card."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bedside.doors.web.ledger.status import Level, overall
from bedside.ground import clock
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.records.patients import entries as about_patients
from bedside.safeguards.audit.actions import record, seal
from bedside.safeguards.audit.reviews import Finding, is_overdue, reviews, sign_review
from bedside.safeguards.audit.rules import kinds
from bedside.safeguards.audit.standing import TROUBLES, AnchorStanding, LedgerStanding, Verification
from tests.doors.web.test_ledger_page import known, listed, looked, note, rosa, text_of  # noqa: F401

CHICAGO = ZoneInfo("America/Chicago")


# --- who looked at one patient


def test_tells_by_day_and_person_who_looked_and_what_for(signed_in, scope_of, scope, rosa, at):  # noqa: F811
    looked(scope_of("omar"), at - timedelta(days=2), rosa)
    listed(scope_of("ana"), at, rosa, known(scope, at))
    looked(scope_of("omar"), at, rosa)
    page = text_of(signed_in("chloe"), f"/ledger/patients/{rosa.id}/")
    assert "Who looked at Rosa Diaz" in page
    assert "3 acts, by 2 people" in page
    friday, wednesday = page.index("Friday, November 20, 2026"), page.index("Wednesday, November 18, 2026")
    assert friday < page.index("Nurse Ana") < wednesday
    assert "Saw a list of 2 patients." in page
    assert "Running the practice" in page


def test_leaves_changes_to_the_whole_ledger(signed_in, scope_of, rosa, at):  # noqa: F811
    page = text_of(signed_in("chloe"), f"/ledger/patients/{rosa.id}/")
    assert "Added a patient" not in page
    assert "Nobody has opened, found, previewed or exported this record yet" in page


def test_an_auditor_reads_who_looked_without_a_name(signed_in, scope_of, rosa, at):  # noqa: F811
    looked(scope_of("omar"), at, rosa)
    page = signed_in("abe").get(f"/ledger/patients/{rosa.id}/").content.decode()
    assert "Opened a patient&#x27;s record." in page
    assert "Rosa" not in page


def test_asking_who_looked_is_itself_noted(signed_in, rosa, ledger_of):  # noqa: F811
    signed_in("chloe").get(f"/ledger/patients/{rosa.id}/")
    [entry] = ledger_of("ledger.seen")
    assert (entry.subject, entry.details) == (str(rosa.id), {"page": "ledger_patient"})


def test_makes_a_sheet_for_printing_of_the_chosen_days(signed_in, scope_of, rosa, at):  # noqa: F811
    looked(scope_of("omar"), at - timedelta(days=2), rosa)
    looked(scope_of("ana"), at, rosa)
    page = text_of(signed_in("chloe"), f"/ledger/patients/{rosa.id}/?sheet=yes&from=2026-11-20")
    assert "Record number MS-1" in page
    assert "1 Maple Street" in page
    assert "from November 20, 2026" in page
    assert "Nurse Ana" in page
    assert "Wednesday" not in page


def test_an_unknown_patient_is_not_found_whatever_days_are_asked(signed_in):
    for query in ("", "?from=2026-11-20", "?from=never"):
        assert signed_in("abe").get(f"/ledger/patients/{new_id()}/{query}").status_code == 404


# --- the weekly review


def test_a_review_is_signed_with_name_and_days(signed_in, scope, scope_of, at, cast):
    note(scope_of("omar"), clock.now() - timedelta(days=2), count=4)
    client = signed_in("chloe")
    last = (clock.now() - timedelta(days=1)).astimezone(CHICAGO).date()
    typed = {"from": str(last - timedelta(days=6)), "to": str(last), "finding": "nothing_unusual"}
    page = client.post("/ledger/review/", typed, follow=True).content.decode()
    assert "Signed. The review is in the ledger under your name." in page
    assert "Compliance officer Chloe" in page
    [kept] = reviews(scope, limit=10)
    assert (kept.reviewer_id, kept.last_day, kept.finding) == (
        str(cast["chloe"]),
        last,
        Finding.NOTHING_UNUSUAL,
    )
    assert kept.acts >= 4


def test_the_next_review_begins_where_the_last_one_ended(signed_in, scope_of, at):
    today = clock.now().astimezone(CHICAGO).date()
    reviewed_to = today - timedelta(days=3)
    sign_review(
        scope_of("chloe"), first_day=today - timedelta(days=9), last_day=reviewed_to,
        finding=Finding.NOTHING_UNUSUAL, acts=0, today=today, at=clock.now(),
    )  # fmt: skip
    page = signed_in("chloe").get("/ledger/review/").content.decode()
    assert f'name="from" id="from" value="{reviewed_to + timedelta(days=1)}"' in page


def test_days_that_were_reviewed_up_to_now_are_not_proposed_again(signed_in, scope_of):
    today = clock.now().astimezone(CHICAGO).date()
    sign_review(
        scope_of("chloe"), first_day=today - timedelta(days=6), last_day=today,
        finding=Finding.NOTHING_UNUSUAL, acts=0, today=today, at=clock.now(),
    )  # fmt: skip
    page = signed_in("chloe").get("/ledger/review/").content.decode()
    assert f'name="from" id="from" value="{today}"' in page
    assert "Everything before today was reviewed." in page


def test_calls_each_kind_about_keys_and_backups_by_words_of_its_own():
    from bedside.doors.web.ledger.reviewing import NOTED, NOTED_NOUNS

    bare = [
        name for name, kind in kinds().items() if name.partition(".")[0] in NOTED_NOUNS and name not in NOTED
    ]
    assert all(len(kinds()[name].sentence.partition("{")[0].split()) > 3 for name in bare), bare
    assert NOTED.keys() <= kinds().keys()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"finding": ""}, "Say what the review came to."),
        ({"to": "2999-01-01"}, "What has not happened yet cannot be reviewed"),
        ({"from": "2020-01-01"}, "at most 92 days"),
        ({"to": "2026-01-01"}, "The last day must not be before the first."),
        ({"from": "soon"}, "Give a day such as"),
    ],
)
def test_refuses_a_review_that_says_nothing(signed_in, scope, changed, sentence):
    today = clock.now().astimezone(CHICAGO).date()
    typed = {"from": str(today - timedelta(days=6)), "to": str(today), "finding": "nothing_unusual"}
    response = signed_in("chloe").post("/ledger/review/", {**typed, **changed})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert reviews(scope, limit=1) == []


def test_a_command_cannot_sign_a_review(scope):
    from bedside.ground.errors import Refusal

    with pytest.raises(Refusal, match="signed by a person"):
        sign_review(
            scope, first_day=date(2026, 11, 13), last_day=date(2026, 11, 19), finding=Finding.INCIDENT, acts=0,
            today=date(2026, 11, 20), at=clock.now(),
        )  # fmt: skip


@pytest.mark.parametrize(("days", "late"), [(8, False), (9, True)])
def test_a_week_without_a_review_is_overdue(days, late):
    began = date(2026, 11, 1)
    assert is_overdue(None, began=began, today=began + timedelta(days=days)) is late


def test_shows_what_to_look_at_with_a_way_to_it(signed_in, scope_of, rosa):  # noqa: F811
    from bedside.safeguards.staff.entries import ACCESS_REFUSED

    yesterday = clock.now() - timedelta(days=1)
    with in_scope(scope_of("ana")):
        record(scope_of("ana"), ACCESS_REFUSED, at=yesterday, page="staff", reason="not_allowed")
        record(scope_of("ana"), about_patients.PATIENTS_EXPORTED, at=yesterday, count=0)
    client = signed_in("chloe")
    page = text_of(client, "/ledger/review/")
    assert "Somebody asked for what is not theirs 1" in page
    assert "Sign-ins that failed none" in page
    assert "Something was exported 1" in page
    address = (
        client.get("/ledger/review/").content.decode().split('kind=access.refused"')[0].rsplit('href="', 1)[1]
    )
    shown = text_of(client, address.replace("&amp;", "&") + "kind=access.refused")
    assert "Nurse Ana" in shown


# --- verification


def a_standing(**changes: object) -> LedgerStanding:
    held = {
        "size": 10, "sealed_at": NOW, "unsealed": 0, "oldest_unsealed_at": None,
        "verification": a_verification(), "anchors": (), "key_fingerprint": "ab",
    }  # fmt: skip
    return LedgerStanding(**{**held, **changes})


def a_verification(**changes: object) -> Verification:
    held = {
        "at": NOW - timedelta(hours=5),
        "size": 10,
        "sound": True,
        "finding": "sound",
        "first_bad_index": None,
    }
    return Verification(**{**held, **changes})


def an_anchor(hours: int | None, outcome: str) -> AnchorStanding:
    at = None if hours is None else NOW - timedelta(hours=hours)
    return AnchorStanding(place="/mnt/worm", at=NOW, outcome=outcome, kept_at=at, kept_size=5)


NOW = datetime(2026, 11, 20, 15, tzinfo=CHICAGO)
STANDINGS = [
    ("in order", a_standing(), Level.OK),
    ("nothing yet", a_standing(size=0, verification=None, sealed_at=None), Level.OK),
    ("never verified", a_standing(verification=None), Level.WARN),
    ("verified long ago", a_standing(verification=a_verification(at=NOW - timedelta(days=3))), Level.WARN),
    (
        "changed",
        a_standing(verification=a_verification(sound=False, finding="entry_changed", entry_id=7)),
        Level.BAD,
    ),
    ("a finding of tomorrow", a_standing(verification=a_verification(sound=False, finding="new")), Level.BAD),
    ("waiting for the sealer", a_standing(unsealed=3, oldest_unsealed_at=NOW), Level.OK),
    ("sealer away", a_standing(trouble="ledger_behind"), Level.WARN),
    ("vault away", a_standing(trouble="provider_down"), Level.WARN),
    ("damaged", a_standing(trouble="ledger_damaged"), Level.BAD),
    ("nothing kept outside", a_standing(), Level.OK),
    ("anchored", a_standing(anchors=(an_anchor(3, "kept"),)), Level.OK),
    ("last try failed", a_standing(anchors=(an_anchor(3, "refused"),)), Level.OK),
    ("anchored long ago", a_standing(anchors=(an_anchor(60, "refused"),)), Level.WARN),
    ("never anchored", a_standing(anchors=(an_anchor(None, "refused"),)), Level.WARN),
]


@pytest.mark.parametrize(
    ("standing", "level"), [case[1:] for case in STANDINGS], ids=[case[0] for case in STANDINGS]
)
def test_says_how_the_ledger_stands(standing, level):
    told = overall(standing, at=NOW)
    assert told.level is level
    assert told.sentence
    assert told.todo or level is Level.OK


def test_every_finding_that_is_not_sound_says_what_to_do():
    from bedside.doors.web.ledger.status import todo_of
    from bedside.safeguards.audit.verifying import FINDINGS

    for finding in FINDINGS:
        assert todo_of(a_verification(sound=False, finding=finding))


def test_every_finding_that_verification_may_come_to_has_words():
    import re
    from pathlib import Path

    from bedside.safeguards import audit
    from bedside.safeguards.audit.verifying import FINDINGS

    sources = "".join(path.read_text() for path in Path(audit.__file__).parent.glob("*.py"))
    raised = set(re.findall(r"""(?:Unsound|DamagedRow)\((?:row\.id, )?"(\w+)\"""", sources))
    assert {"entry_changed", "entry_missing", "mark_changed", "truncated"} <= raised
    assert raised <= FINDINGS.keys()


@pytest.mark.parametrize("trouble", sorted(TROUBLES))
def test_every_trouble_of_the_ledgers_own_has_words_of_its_own(trouble):
    usual = overall(a_standing(trouble="provider_down"), at=NOW)
    told = overall(a_standing(trouble=trouble), at=NOW)
    assert told.sentence != usual.sentence
    assert told.todo != usual.todo


@pytest.mark.parametrize("change", ["sealed_private = NULL", "retired_at = now()"])
def test_says_that_the_signing_key_was_taken_away(signed_in, scope, at, change):
    from django.db import connection

    note(scope, at, count=3)
    seal(scope, at=at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_signingkey SET " + change)  # noqa: S608  one of two above
    page = text_of(signed_in("chloe"), "/ledger/verification/")
    assert "The key that signs the ledger was taken away, so nothing new can be sealed." in page
    assert "put the table of signing keys back" in page


def test_verifying_now_asks_a_worker_and_shows_the_result_when_it_is_there(signed_in, scope, at):
    from procrastinate.contrib.django.models import ProcrastinateJob

    from bedside.safeguards.audit import jobs  # noqa: F401  the job that is asked for exists
    from bedside.safeguards.audit.verifying import verify

    note(scope, at)
    seal(scope, at=at)
    client = signed_in("abe")
    assert "The ledger has not been verified yet." in text_of(client, "/ledger/verification/")
    page = client.post("/ledger/verification/now/", follow=True).content.decode()
    assert "Verifying every entry" in page
    assert "Verify now</button>" not in page
    client.post("/ledger/verification/now/")  # pressed twice, it is done once
    asked = ProcrastinateJob.objects.filter(task_name="ledger.verify_now")
    assert [job.args for job in asked] == [{"practice_id": str(scope.practice_id)}]
    assert "HX-Refresh" not in client.get("/ledger/verification/progress/").headers
    verify(scope, at=clock.now())
    assert client.get("/ledger/verification/progress/").headers["HX-Refresh"] == "true"
    page = text_of(client, "/ledger/verification/")
    assert "Every entry is as it was sealed." in page
    assert "Sound" in page


def test_a_changed_entry_is_named_with_what_to_do(signed_in, scope, at):
    from django.db import connection

    from bedside.safeguards.audit.findings import keep_verification

    note(scope, at, count=3)
    seal(scope, at=at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM audit_entry WHERE practice_id = %s", [scope.practice_id])
        number = cursor.fetchone()[0]
        keep_verification(
            scope, at=clock.now(), from_size=0, size=3, root=b"\0" * 32, sound=False,
            finding="entry_changed", first_bad_index=1, entry_id=number,
        )  # fmt: skip
    page = text_of(signed_in("chloe"), "/ledger/verification/")
    assert "Broken: An entry was changed after it was sealed." in page
    assert "Treat it as a security incident" in page
    assert f"Show entry {number}" in page
    assert "Broken" in text_of(signed_in("chloe"), "/")


def test_no_key_and_no_checkpoint_before_the_first_seal(signed_in):
    client = signed_in("abe")
    assert client.get("/ledger/verification/checkpoint/").status_code == 404
    assert client.get("/ledger/verification/keys/abcd/").status_code == 404
    assert "The first key is made when the first entry is sealed." in text_of(client, "/ledger/verification/")


# --- the home page


def test_home_says_of_compliance_what_needs_doing(signed_in, scope_of):
    from bedside.safeguards.staff.entries import ACCESS_REFUSED

    with in_scope(scope_of("ana")):
        record(scope_of("ana"), ACCESS_REFUSED, at=clock.now(), page="staff", reason="not_allowed")
    page = text_of(signed_in("chloe"), "/")
    assert "Refused access In the last 7 days somebody asked for what is not theirs once." in page
    assert "Nobody has signed a review of what was done yet" in page
    assert "There are no recovery shares" in page
    assert "No erasure and no new legal hold this month." in page


@pytest.mark.parametrize(
    ("days", "level", "words"),
    [
        (0, Level.INFO, "Nobody has signed a review of what was done yet; the first is due November 27."),
        (8, Level.INFO, "Nobody has signed a review of what was done yet; the first is due November 27."),
        (9, Level.WARN, "Nobody has signed a review of what was done yet."),
    ],
)
def test_home_never_calls_a_review_in_order_that_was_not_done(cast, scope_of, at, days, level, words):
    from bedside.doors.web.home.compliance import concerns

    [review] = [
        one
        for one in concerns(scope_of("chloe"), at=at + timedelta(days=days))
        if one.title == "Weekly review"
    ]
    assert (review.level, review.sentence) == (level, words)


def test_home_calls_a_review_of_this_week_in_order(cast, scope_of, at):
    from bedside.doors.web.home.compliance import concerns

    today = at.astimezone(CHICAGO).date()
    sign_review(
        scope_of("chloe"), first_day=today, last_day=today, finding=Finding.NOTHING_UNUSUAL, acts=1, today=today, at=at
    )  # fmt: skip
    [review] = [one for one in concerns(scope_of("chloe"), at=at) if one.title == "Weekly review"]
    assert (review.level, review.word) == (Level.OK, "In order")


def test_home_puts_a_destruction_of_keys_before_everything_else_about_them(signed_in, scope_of):
    from bedside.safeguards.vault import destroying

    request_id = destroying.ask(scope_of("chloe"), None, at=clock.now())
    page = text_of(signed_in("chloe"), "/")
    assert "Look at this Keys The destruction of keys was asked for and waits for a second person." in page
    destroying.release(scope_of("omar"), request_id, at=clock.now())
    assert "The destruction of keys was asked for and will be done soon." in text_of(signed_in("chloe"), "/")
    destroying.refuse(scope_of("chloe"), request_id, at=clock.now())
    assert "The destruction of keys" not in text_of(signed_in("chloe"), "/")


def test_home_says_when_no_key_needs_anything(signed_in, scope):
    from bedside.safeguards.vault.recovering import copy_for_recovery, make_shares

    make_shares(shares=3, needed=2, replace=False, at=clock.now())
    assert "The recovery shares would not bring every key back." in text_of(signed_in("chloe"), "/")
    copy_for_recovery(scope, at=clock.now())
    assert "In order Keys No key falls due within 30 days." in text_of(signed_in("chloe"), "/")


def test_home_says_nothing_of_compliance_to_others(signed_in):
    assert "Compliance" not in text_of(signed_in("ana"), "/")
    assert "Keys" not in text_of(signed_in("ana"), "/")


def test_home_names_no_patient_in_what_happened_last(signed_in, scope_of, rosa, at, ledger_of):  # noqa: F811
    looked(scope_of("omar"), at, rosa)
    assert "Rosa" not in text_of(signed_in("chloe"), "/")
    assert ledger_of("ledger.seen") == []
