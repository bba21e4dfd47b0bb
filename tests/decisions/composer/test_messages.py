"""Messages in the database: revisions, conflicts, the archive, previews, strangers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import ProgrammingError, connection, transaction

from bedside.decisions.composer import actions, previews, queries
from bedside.decisions.composer.models import RevisionRow
from bedside.decisions.composer.rules import Draft
from bedside.decisions.composer.rules.sample import SAMPLE_PATIENT
from bedside.decisions.gate.rules.classes import MessageClass
from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Purpose, in_scope
from bedside.records.patients.actions import add
from bedside.safeguards.audit.queries import entries as ledger
from bedside.safeguards.practices.actions import change_profile
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.ground.scope import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def message_id(scope, at) -> UUID:
    return actions.create(scope, name="Autumn", starter="newsletter", at=at)


def kinds(scope: Scope) -> list[str]:
    found = ledger(scope, before_id=None, kind="", actor_id="", subject="", limit=50)
    return [entry.kind for entry in found if entry.kind.startswith("message.")]


def ready(scope, message_id, at, **changes) -> int:
    draft = replace(
        queries.draft_of(scope, message_id, revision=None), message_class=MessageClass.TREATMENT, **changes
    )
    newest = queries.message(scope, message_id).revision
    return actions.edit(scope, message_id, draft, based_on_revision=newest, at=at)


def test_created_from_a_starter_with_no_class_chosen(scope, message_id):
    message = queries.message(scope, message_id)
    assert (message.name, message.revision, message.message_class) == ("Autumn", 1, None)
    assert message.document is not None
    assert kinds(scope) == ["message.created"]


def test_unknown_starter_is_refused(scope, at):
    with pytest.raises(Refusal, match="Choose a starter"):
        actions.create(scope, name="x", starter="nothing", at=at)


def test_edit_adds_a_revision_and_keeps_the_old_one(scope, message_id, at):
    before = queries.message(scope, message_id)
    number = actions.edit(
        scope,
        message_id,
        replace(before.draft, subject="New"),
        based_on_revision=1,
        at=at + timedelta(hours=1),
    )
    assert number == 2
    assert queries.message(scope, message_id).subject == "New"
    assert queries.message(scope, message_id, revision=1).draft == before.draft
    assert [line.number for line in queries.history(scope, message_id)] == [2, 1]
    assert kinds(scope) == ["message.revised", "message.created"]


def test_edit_that_changes_nothing_adds_nothing(scope, message_id, at):
    draft = queries.draft_of(scope, message_id, revision=None)
    assert actions.edit(scope, message_id, draft, based_on_revision=1, at=at) == 1
    assert kinds(scope) == ["message.created"]


def test_edit_of_an_older_revision_is_refused(scope, message_id, at):
    draft = queries.draft_of(scope, message_id, revision=None)
    actions.edit(scope, message_id, replace(draft, subject="First"), based_on_revision=1, at=at)
    with pytest.raises(actions.SavedMeanwhile) as refused:
        actions.edit(scope, message_id, replace(draft, subject="Second"), based_on_revision=1, at=at)
    assert refused.value.revision == 2
    assert queries.message(scope, message_id).subject == "First"


def test_older_revision_comes_back_as_the_newest(scope, message_id, at):
    first = queries.draft_of(scope, message_id, revision=1)
    actions.edit(scope, message_id, replace(first, subject="Other"), based_on_revision=1, at=at)
    assert actions.restore_revision(scope, message_id, revision=1, based_on_revision=2, at=at) == 3
    assert queries.message(scope, message_id).draft == first


def test_archived_message_leaves_the_list_and_comes_back(scope, message_id, at):
    actions.archive(scope, message_id, at=at)
    assert queries.messages(scope) == []
    assert [line.id for line in queries.messages(scope, archived=True)] == [message_id]
    draft = queries.draft_of(scope, message_id, revision=None)
    with pytest.raises(Refusal, match="archive"):
        actions.edit(scope, message_id, replace(draft, subject="x"), based_on_revision=1, at=at)
    actions.restore(scope, message_id, at=at)
    assert [line.id for line in queries.messages(scope)] == [message_id]
    assert kinds(scope) == ["message.restored", "message.archived", "message.created"]


def test_copy_begins_a_message_of_its_own(scope, message_id, at):
    copied = actions.copy(scope, message_id, at=at)
    assert queries.message(scope, copied).name == "Autumn (copy)"
    assert queries.message(scope, copied).document == queries.message(scope, message_id).document


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "message_name"),
        ({"name": "x" * 121}, "message_name"),
        ({"subject": "x" * 1001}, "message_heading"),
        ({"mjml": "x" * 200_001}, "message_length"),
        ({"mjml": "\ud800"}, "message_signs"),
    ],
)
def test_what_cannot_be_stored_is_refused(scope, message_id, at, changes, code):
    draft = Draft(**{"name": "a", "subject": "", "preheader": "", "message_class": None, **changes})
    with pytest.raises(Refusal) as refused:
        actions.edit(scope, message_id, draft, based_on_revision=1, at=at)
    assert refused.value.code == code


def test_nothing_written_is_stored_in_clear(scope, message_id, at):
    ready(
        scope,
        message_id,
        at,
        name="NAMEMARK",
        subject="SUBJECTMARK",
        mjml="<mjml>BODYMARK</mjml>",
        document=None,
    )
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(
            "SELECT row_to_json(r)::text || encode(sealed_heading || sealed_body, 'escape') FROM composer_revision r"
        )
        stored = "".join(row for (row,) in cursor.fetchall())
    assert "MARK" not in stored


def test_revisions_cannot_be_changed_in_the_database(scope, message_id):
    with pytest.raises(ProgrammingError), transaction.atomic(), in_scope(scope):
        RevisionRow.objects.update(number=5)


def test_compiled_refuses_what_has_problems(scope, message_id, at):
    with pytest.raises(Refusal, match="Kind of message"):
        queries.compiled(scope, message_id, 1, remuneration=False)
    number = ready(scope, message_id, at)
    content = queries.compiled(scope, message_id, number, remuneration=False)
    assert "1 Maple Street" in content.html
    assert content == queries.compiled(scope, message_id, number, remuneration=False)


def test_compiled_changes_with_the_practice_so_approval_must_freeze_it(scope, message_id, at):
    number = ready(scope, message_id, at)
    before = queries.compiled(scope, message_id, number, remuneration=False)
    change_profile(scope, replace(profile(scope), postal_address="2 Oak Street, Springfield, KS"), at=at)
    after = queries.compiled(scope, message_id, number, remuneration=False)
    assert before.content_hash != after.content_hash


# --- previews


@pytest.fixture
def patient_id(scope, at) -> UUID:
    patient = replace(SAMPLE_PATIENT, id=new_id(), mrn="A-1", first_name="Wilhelmina", email="w@example.org")
    add(scope, patient, at=at)
    return patient.id


def test_preview_is_of_the_sample_person_and_leaves_no_entry(scope, message_id, at):
    seen = previews.preview(scope, message_id, patient_id=None, at=at)
    assert "Hello Maria," in seen.html
    assert "Hello Maria," in seen.text
    assert kinds(scope) == ["message.created"]


def test_preview_of_a_patient_is_in_the_ledger_under_the_purpose(scope, message_id, patient_id, at):
    ready(scope, message_id, at)
    seen = previews.preview(scope, message_id, patient_id=patient_id, at=at)
    assert "Hello Wilhelmina," in seen.html
    entry = ledger(scope, before_id=None, kind="message.previewed", actor_id="", subject="", limit=5)[0]
    assert (entry.subject, entry.purpose) == (str(patient_id), Purpose.TREATMENT)
    assert entry.details == {"message": str(message_id), "revision": 2}


def test_a_page_and_its_frames_are_one_look(scope, scope_of, message_id, patient_id, at):
    def looks(passed: int) -> int:
        previews.preview(scope, message_id, patient_id=patient_id, at=at + timedelta(seconds=passed))
        return kinds(scope).count("message.previewed")

    for passed, entries in ((0, 1), (2, 1), (29, 1), (31, 2), (40, 2)):
        assert looks(passed) == entries
    previews.preview(scope_of("ana"), message_id, patient_id=patient_id, at=at + timedelta(seconds=41))
    assert kinds(scope).count("message.previewed") == 3  # somebody else's look is their own


def test_preview_of_a_patient_without_a_name_still_greets(scope, message_id, at):
    nameless = replace(
        SAMPLE_PATIENT, id=new_id(), mrn="", first_name="", last_name="", email="n@example.org"
    )
    add(scope, nameless, at=at)
    assert "Hello there," in previews.preview(scope, message_id, patient_id=nameless.id, at=at).html


def test_preview_links_are_inert(scope, message_id, at):
    html = previews.preview(scope, message_id, patient_id=None, at=at).html
    assert 'href="https://unsubscribe.example/preview"' in html


def test_preview_of_a_broken_message_is_refused_in_words(scope, message_id, at):
    ready(scope, message_id, at, mjml="<mjml>", document=None)
    with pytest.raises(Refusal, match="cannot be shown yet"):
        previews.preview(scope, message_id, patient_id=None, at=at)


def test_draft_preview_shows_problems_and_what_can_be_shown(scope, message_id, at):
    draft = queries.draft_of(scope, message_id, revision=None)
    seen = previews.preview_draft(scope, replace(draft, subject=""), at=at)
    assert [problem.where for problem in seen.problems] == ["class", "subject"]
    assert seen.preview is not None
    assert seen.preview.subject == "(no subject yet)"


@pytest.mark.parametrize(("who", "allowed"), [("ana", True), ("ada", True), ("abe", False)])
def test_who_may_preview(scope_of, message_id, patient_id, at, who, allowed):
    for chosen in (None, patient_id):
        if allowed:
            previews.preview(scope_of(who), message_id, patient_id=chosen, at=at)
        else:
            with pytest.raises(NotAllowed):
                previews.preview(scope_of(who), message_id, patient_id=chosen, at=at)


def test_who_may_not_see_patients_previews_the_sample_only(scope, message_id, patient_id, at):
    blind = replace(scope, rights=frozenset({"write_messages"}))
    previews.preview(blind, message_id, patient_id=None, at=at)
    with pytest.raises(NotAllowed):
        previews.preview(blind, message_id, patient_id=patient_id, at=at)


def test_only_writers_write(scope_of, message_id, at):
    auditor = scope_of("abe")
    draft = Draft(name="a", subject="", preheader="", message_class=None)
    for act in (
        lambda: actions.create(auditor, name="x", starter="blank", at=at),
        lambda: actions.edit(auditor, message_id, draft, based_on_revision=1, at=at),
        lambda: actions.archive(auditor, message_id, at=at),
        lambda: actions.restore(auditor, message_id, at=at),
        lambda: actions.copy(auditor, message_id, at=at),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_stranger_finds_nothing(scope, stranger_scope, message_id, patient_id, at):
    draft = queries.draft_of(scope, message_id, revision=None)
    assert queries.messages(stranger_scope) == []
    for ask in (
        lambda: queries.message(stranger_scope, message_id),
        lambda: queries.history(stranger_scope, message_id),
        lambda: queries.compiled(stranger_scope, message_id, 1, remuneration=False),
        lambda: previews.preview(stranger_scope, message_id, patient_id=None, at=at),
        lambda: actions.edit(stranger_scope, message_id, draft, based_on_revision=1, at=at),
        lambda: actions.archive(stranger_scope, message_id, at=at),
        lambda: actions.copy(stranger_scope, message_id, at=at),
    ):
        with pytest.raises(NotFound):
            ask()
    own = actions.create(stranger_scope, name="Own", starter="blank", at=at)
    with pytest.raises(NotFound):
        previews.preview(stranger_scope, own, patient_id=patient_id, at=at)


# --- what was stored before documents had versions


def test_message_stored_before_documents_opens_and_is_not_saved_again_for_nothing(scope, message_id, at):
    import orjson

    from bedside.decisions.composer.models import MessageRow
    from bedside.decisions.composer.rules.document import Edition
    from bedside.decisions.composer.sealed import heading_bytes, seal
    from bedside.safeguards.vault.queries import practice_keys

    items = [{"kind": "heading", "text": "Old"}, {"kind": "image", "link": "https://www.maple.example/a.png"}]
    body = orjson.dumps({"blocks": {"colour": "plum", "items": items}})
    heading = heading_bytes(queries.draft_of(scope, message_id, revision=None))
    keys = practice_keys(scope)
    with in_scope(scope):
        RevisionRow.objects.create(
            practice_id=scope.practice_id, message_id=message_id, number=2, message_class="treatment",
            sealed_heading=seal(keys, heading, message_id=message_id, column="heading", number=2),
            sealed_body=seal(keys, body, message_id=message_id, column="body", number=2),
            content_hash=b"\x00" * 32, author_kind="staff", author_id="x", at=at,
        )  # fmt: skip
        MessageRow.objects.filter(id=message_id).update(revision=2)
    draft = queries.draft_of(scope, message_id, revision=None)
    assert draft.document is not None
    assert draft.document.edition is Edition.FIRST
    assert [block.text or block.picture for block in draft.document.blocks] == ["Old", items[1]["link"]]
    assert actions.edit(scope, message_id, draft, based_on_revision=2, at=at) == 2
    changed = replace(draft, document=replace(draft.document, edition=Edition.CALM))
    assert actions.edit(scope, message_id, changed, based_on_revision=2, at=at) == 3
