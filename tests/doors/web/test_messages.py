"""The pages about messages: who may, what is kept, what a frame may do, and that names stay out of addresses."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from bedside.decisions.composer import actions, queries
from bedside.decisions.composer.rules.sample import SAMPLE_PATIENT
from bedside.ground.identity import new_id
from bedside.records.patients.actions import add
from bedside.safeguards.audit.queries import entries as ledger

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db


@pytest.fixture
def message_id(scope, at) -> UUID:
    return actions.create(scope, name="Autumn", starter="newsletter", at=at)


@pytest.fixture
def mjml_id(scope, at) -> UUID:
    return actions.create(scope, name="Columns", starter="two_columns", at=at)


def simple_form(**changes: str) -> dict[str, str]:
    return {
        "mode": "simple",
        "based_on": "1",
        "do": "save",
        "name": "Autumn",
        "message_class": "treatment",
        "subject": "A word",
        "preheader": "",
        "colour": "blue",
        "blocks": "2",
        "block-1-kind": "heading",
        "block-1-text": "Title TYPED-ONE",
        "block-2-kind": "text",
        "block-2-text": "Hello {{ first_name | there }}",
        **changes,
    }


def mjml_form(source: str, **changes: str) -> dict[str, str]:
    return {
        "mode": "mjml",
        "based_on": "1",
        "do": "save",
        "name": "Columns",
        "message_class": "treatment",
        "subject": "A word",
        "preheader": "",
        "mjml": source,
        **changes,
    }


def addresses(message_id) -> list[str]:
    return [
        reverse("messages"),
        reverse("message_new"),
        reverse("message_starter_frame", args=["newsletter"]),
        *(
            reverse(name, args=[message_id])
            for name in ("message", "message_frame", "message_preview", "message_history")
        ),
        reverse("message_revision", args=[message_id, 1]),
    ]


def test_writers_see_every_page(signed_in, message_id):
    client = signed_in("ana")
    for address in addresses(message_id):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("who", ["ada", "abe", "chloe"])
def test_others_see_none(signed_in, message_id, who):
    client = signed_in(who)
    for address in addresses(message_id):
        assert client.get(address).status_code == 403, address
    for name in ("message_copy", "message_archive", "message_restore", "message_advanced", "message_check"):
        assert client.post(reverse(name, args=[message_id])).status_code == 403, name


def test_nobody_in_particular_is_sent_to_sign_in(client, message_id):
    for address in addresses(message_id):
        assert client.get(address).status_code == 302


def test_another_practices_message_does_not_exist(signed_in, stranger_scope, at):
    foreign = actions.create(stranger_scope, name="Secret", starter="newsletter", at=at)
    client = signed_in("ana")
    for address in addresses(foreign)[3:]:
        assert client.get(address).status_code == 404, address
    assert client.post(reverse("message", args=[foreign]), simple_form()).status_code == 404
    for name in ("message_copy", "message_archive", "message_restore", "message_advanced"):
        assert client.post(reverse(name, args=[foreign])).status_code == 404, name
    assert "Secret" not in client.get(reverse("messages")).content.decode()


@pytest.mark.parametrize(
    "name", ["message_copy", "message_archive", "message_restore", "message_advanced", "message_check"]
)
def test_looking_changes_nothing(signed_in, message_id, name):
    assert signed_in("ana").get(reverse(name, args=[message_id])).status_code == 405


def test_empty_list_says_what_to_do(signed_in):
    page = signed_in("ana").get(reverse("messages")).content.decode()
    assert "Write your first message" in page


def test_list_is_searched_by_words(signed_in, message_id, mjml_id):
    client = signed_in("ana")
    page = client.get(reverse("messages"), {"words": "COLUM"}).content.decode()
    assert "Columns" in page
    assert "Autumn" not in page
    assert "Nothing found" in client.get(reverse("messages"), {"words": "xyzzy"}).content.decode()


def test_begins_from_a_starter(signed_in, scope):
    answer = signed_in("ana").post(reverse("message_new"), {"starter": "recall", "name": "My recall"})
    made = queries.messages(scope)[0]
    assert answer.status_code == 302
    assert answer.url == reverse("message", args=[made.id])
    assert (made.name, made.message_class) == ("My recall", None)


def test_unknown_starter_keeps_the_name(signed_in):
    answer = signed_in("ana").post(reverse("message_new"), {"starter": "x", "name": "TYPED"})
    assert answer.status_code == 422
    assert "TYPED" in answer.content.decode()
    assert "Choose a starter" in answer.content.decode()


def test_saves_blocks(signed_in, scope, message_id):
    answer = signed_in("ana").post(reverse("message", args=[message_id]), simple_form(), follow=True)
    saved = queries.message(scope, message_id)
    assert (saved.revision, saved.subject, saved.document.blocks[0].text) == (2, "A word", "Title TYPED-ONE")
    assert "ready to be used" in answer.content.decode()


def test_saves_mjml_with_problems_and_says_how_many(signed_in, scope, mjml_id):
    source = "<mjml><mj-body>\r\n<mj-raw/></mj-body></mjml>"
    answer = signed_in("ana").post(reverse("message", args=[mjml_id]), mjml_form(source), follow=True)
    page = answer.content.decode()
    assert "one thing left to put right" in page
    assert "raw HTML is not allowed" in page
    assert 'data-line="2"' in page
    assert queries.message(scope, mjml_id).mjml == source.replace("\r\n", "\n")


def test_refused_form_keeps_what_was_typed(signed_in, scope, message_id):
    answer = signed_in("ana").post(reverse("message", args=[message_id]), simple_form(name=" "))
    assert answer.status_code == 422
    assert "Give the message a name" in answer.content.decode()
    assert "TYPED-ONE" in answer.content.decode()
    assert queries.message(scope, message_id).revision == 1


def test_conflict_keeps_what_was_typed_and_offers_both(signed_in, scope_of, scope, message_id, at):
    other = replace(queries.draft_of(scope, message_id, revision=None), subject="Omar's subject")
    actions.edit(scope_of("omar"), message_id, other, based_on_revision=1, at=at)
    client = signed_in("ana")
    answer = client.post(reverse("message", args=[message_id]), simple_form())
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Office manager Omar saved this message while you were writing" in page
    assert "TYPED-ONE" in page
    assert reverse("message_revision", args=[message_id, 2]) in page
    assert queries.message(scope, message_id).subject == "Omar's subject"
    client.post(reverse("message", args=[message_id]), simple_form(based_on="2"))
    assert queries.message(scope, message_id).revision == 3


@pytest.mark.parametrize(
    ("pressed", "kinds"),
    [
        ("up-2", ["text", "heading"]),
        ("down-1", ["text", "heading"]),
        ("remove-1", ["text"]),
        ("add-0-line", ["line", "heading", "text"]),
        ("add-2-button", ["heading", "text", "button"]),
    ],
)
def test_blocks_move_without_being_saved(signed_in, scope, message_id, pressed, kinds):
    answer = signed_in("ana").post(reverse("message", args=[message_id]), simple_form(do=pressed))
    assert answer.status_code == 200
    assert [form.block.kind for form in answer.context["blocks"]] == kinds
    assert queries.message(scope, message_id).revision == 1


@pytest.mark.parametrize("pressed", ["up-1", "down-2", "remove-9", "add-0-nothing", "nonsense", "up-x", "-"])
def test_buttons_there_are_not_are_refused_and_lose_nothing(signed_in, message_id, pressed):
    answer = signed_in("ana").post(reverse("message", args=[message_id]), simple_form(do=pressed))
    assert "does not fit any more" in answer.content.decode()
    assert "TYPED-ONE" in answer.content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"message_class": "nonsense"},
        {"based_on": "x"},
        {"blocks": "x"},
        {"blocks": "999"},
        {"block-1-kind": "script"},
        {"colour": "red;}"},
    ],
)
def test_forms_that_no_page_sends_are_refused(signed_in, scope, message_id, changes):
    answer = signed_in("ana").post(reverse("message", args=[message_id]), simple_form(**changes))
    assert answer.status_code == 422
    assert queries.message(scope, message_id).revision == 1


def test_typed_markup_is_text_on_our_pages(signed_in, message_id):
    evil = '"><script>alert(1)</script>{% csrf_token %}'
    form = simple_form(
        **{"subject": evil, "block-1-text": evil, "block-2-text": f"</textarea>{evil}", "name": evil}
    )
    page = (
        signed_in("ana").post(reverse("message", args=[message_id]), {**form, "do": "look"}).content.decode()
    )
    assert "<script>alert" not in page
    assert page.count("</textarea>") == page.count("<textarea")


def test_check_answers_with_problems_by_line(signed_in, scope, mjml_id):
    client = signed_in("ana")
    page = client.post(
        reverse("message_check", args=[mjml_id]), mjml_form("<mjml>\n<mj-body>\n<mj-foo/></mj-body></mjml>")
    ).content.decode()
    assert 'data-line="3"' in page
    assert "&lt;mj-foo&gt; is not known here" in page
    assert queries.message(scope, mjml_id).revision == 1


def test_frames_can_do_nothing(signed_in, message_id):
    client = signed_in("ana")
    for answer in (
        client.get(reverse("message_frame", args=[message_id])),
        client.post(reverse("message_frame", args=[message_id]), simple_form()),
        client.get(reverse("message_starter_frame", args=["flu"])),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
        assert "script-src" not in policy
        assert "allow-scripts" not in policy
        assert answer.headers["Cache-Control"] == "no-store"


def test_pages_themselves_keep_the_strict_policy(signed_in, message_id):
    policy = signed_in("ana").get(reverse("message", args=[message_id])).headers["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_frame_shows_what_is_being_typed(signed_in, message_id):
    html = signed_in("ana").post(reverse("message_frame", args=[message_id]), simple_form()).content.decode()
    assert "Title TYPED-ONE" in html
    assert "Hello Maria" in html
    assert "1 Maple Street" in html


def test_frame_of_a_broken_message_says_so(signed_in, mjml_id):
    answer = signed_in("ana").post(
        reverse("message_frame", args=[mjml_id]), mjml_form("<mjml><script/></mjml>")
    )
    assert "Put right what is listed" in answer.content.decode()
    assert "<script" not in answer.content.decode()


# --- previews


@pytest.fixture
def patient_id(scope, at) -> UUID:
    patient = replace(
        SAMPLE_PATIENT,
        id=new_id(),
        mrn="A-1",
        first_name="Wilhelmina",
        last_name="Quill",
        email="w@example.org",
    )
    add(scope, patient, at=at)
    return patient.id


def previewed(scope) -> int:
    return len(ledger(scope, before_id=None, kind="message.previewed", actor_id="", subject="", limit=50))


def test_patient_is_found_and_shown_by_post_with_one_entry(signed_in, scope, message_id, patient_id):
    client = signed_in("ana")
    address = reverse("message_preview", args=[message_id])
    found = client.post(address, {"words": "quill"}).content.decode()
    assert "Wilhelmina Quill" in found
    assert previewed(scope) == 0
    shown = client.post(address, {"words": "quill", "patient": str(patient_id)}).content.decode()
    assert "Hello Wilhelmina" in shown
    frame = reverse("message_frame", args=[message_id]) + f"?patient={patient_id}"
    assert frame in shown
    assert "Hello Wilhelmina" in client.get(frame).content.decode()
    assert previewed(scope) == 1


def test_unknown_patient_is_not_found(signed_in, message_id):
    client = signed_in("ana")
    for wrong in (str(new_id()), "x"):
        assert (
            client.post(reverse("message_preview", args=[message_id]), {"patient": wrong}).status_code == 404
        )
        assert client.get(reverse("message_frame", args=[message_id]), {"patient": wrong}).status_code == 404


def test_preview_of_a_broken_message_says_where_to_go(signed_in, scope, mjml_id, at):
    draft = queries.draft_of(scope, mjml_id, revision=None)
    actions.edit(scope, mjml_id, replace(draft, mjml="<mjml>"), based_on_revision=1, at=at)
    page = signed_in("ana").get(reverse("message_preview", args=[mjml_id])).content.decode()
    assert "cannot be shown yet" in page


# --- archive, copy, history, advanced


def test_archive_and_back(signed_in, scope, message_id):
    client = signed_in("ana")
    page = client.post(reverse("message_archive", args=[message_id]), follow=True).content.decode()
    assert "is in the archive" in page
    assert "Autumn" in client.get(reverse("messages"), {"show": "archive"}).content.decode()
    client.post(reverse("message_restore", args=[message_id]))
    assert [line.id for line in queries.messages(scope)] == [message_id]


def test_copy(signed_in, scope, message_id):
    client = signed_in("ana")
    answer = client.post(reverse("message_copy", args=[message_id]), follow=True)
    assert "Autumn (copy)" in answer.content.decode()
    assert len(queries.messages(scope)) == 2


def test_history_restores(signed_in, scope, message_id):
    client = signed_in("ana")
    client.post(reverse("message", args=[message_id]), simple_form())
    answer = client.post(reverse("message_revision", args=[message_id, 1]), {"based_on": "2"}, follow=True)
    assert "Revision 1 is the newest again, as revision 3." in answer.content.decode()
    stale = client.post(reverse("message_revision", args=[message_id, 2]), {"based_on": "2"})
    assert stale.status_code == 422
    assert queries.message(scope, message_id).revision == 3


def test_blocks_become_mjml(signed_in, scope, message_id, at):
    client = signed_in("ana")
    before = client.get(reverse("message_frame", args=[message_id])).content
    client.post(reverse("message_advanced", args=[message_id]))
    saved = queries.message(scope, message_id)
    assert saved.document is None
    assert saved.mjml.startswith("<mjml>")
    assert client.get(reverse("message_frame", args=[message_id])).content == before


def test_the_guard_says_what_tells_and_offers_other_words(signed_in, message_id):
    client = signed_in("ana")
    typed = simple_form(
        **{"subject": "Your biopsy results are in", "block-2-text": "Hello. Your flu shot is due this month."}
    )
    page = client.post(f"/messages/{message_id}/check/", typed).content.decode()
    assert "What it tells about people" in page
    assert "Must go" in page
    assert "Ready: nothing to put right." not in page
    offered = re.findall(r'name="do" value="(fix:[^"]+)"', page)
    assert offered
    for _ in range(len(offered)):
        page = client.post(f"/messages/{message_id}/", {**typed, "do": offered[0]}).content.decode()
        typed["subject"] = unescape(re.search(r'id="subject" name="subject" value="([^"]*)"', page)[1])
        typed["block-2-text"] = unescape(
            re.search(r'name="block-2-text"[^>]*>([^<]*)</textarea>', page)[1].lstrip("\n")
        )
        offered = re.findall(r'name="do" value="(fix:[^"]+)"', page)
        if not offered:
            break
    assert "flu shot is due" not in typed["block-2-text"]
    assert (
        client.get(f"/messages/{message_id}/").content.decode().count("Revision 1") >= 1
    )  # nothing was saved


def test_other_words_for_what_is_no_longer_there_change_nothing(signed_in, message_id):
    typed = simple_form(do="fix:subject:0-9:condition")
    page = signed_in("ana").post(f"/messages/{message_id}/", typed).content.decode()
    assert "The text has changed since" in page
    assert "Title TYPED-ONE" in page


def test_harmless_mail_is_left_alone(signed_in, message_id):
    typed = simple_form(
        subject="News for the winter", **{"block-2-text": "Flu season is here. We open at eight."}
    )
    page = signed_in("ana").post(f"/messages/{message_id}/check/", typed).content.decode()
    assert "What it tells about people" not in page
    assert "Ready: nothing to put right." in page
