"""The panel that says how good a message is: plain sentences, a way to each block, and links asked when wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from bedside.decisions.composer import actions, link_checks, queries
from bedside.decisions.composer.asking import Answered, Asker
from bedside.decisions.composer.rules.outcomes import Outcome
from bedside.decisions.gate.rules.classes import MessageClass
from bedside.doors.web.messages.quality import _WORDS

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db
GOOD = '<mj-text><h1>News</h1><p>We are open. <a href="https://www.maple.example/hours">Our hours</a></p></mj-text>'
POOR = '<mj-text><h1>News</h1>\n<p style="color:#cccccc">We recieve calls. <a href="https://www.maple.example/hours">Click here</a></p></mj-text>'


@pytest.fixture
def message_id(scope, at) -> UUID:
    return actions.create(scope, name="Autumn", starter="two_columns", at=at)


def written(scope, message_id, column, at) -> None:
    draft = replace(
        queries.draft_of(scope, message_id, revision=None),
        mjml=f"<mjml><mj-body><mj-section><mj-column>{column}</mj-column></mj-section></mj-body></mjml>",
        subject="News from the practice",
        message_class=MessageClass.GENERAL_HEALTH,
    )
    actions.edit(scope, message_id, draft, based_on_revision=1, at=at)


def shown(client, message_id) -> str:
    return client.get(reverse("message_quality", args=[message_id])).content.decode()


def test_remarks_lead_to_their_lines(signed_in, scope, message_id, at):
    written(scope, message_id, POOR, at)
    page = shown(signed_in("ana"), message_id)
    assert f'<a href="{reverse("message", args=[message_id])}#mjml" data-line="2">Line 2</a>' in page
    assert "“recieve” looks like a slip." in page
    assert "“Click here” does not say where the link leads" in page
    assert "Important" in page


def test_says_so_when_there_is_nothing_to_remark(signed_in, scope, message_id, at):
    written(scope, message_id, GOOD, at)
    page = shown(signed_in("ana"), message_id)
    assert "Nothing to remark" in page
    assert "1 link " in page


def test_says_what_keeps_it_from_being_looked_at(signed_in, scope, message_id, at):
    written(scope, message_id, "<mj-nothing/>", at)
    assert "have to be put right before" in shown(signed_in("ana"), message_id)


def test_judges_what_is_being_typed_and_saves_nothing(signed_in, scope, message_id):
    form = {
        "mode": "mjml", "based_on": "1", "name": "Autumn", "message_class": "treatment", "subject": "ACT NOW PLEASE",
        "mjml": f"<mjml><mj-body><mj-section><mj-column>{POOR}</mj-column></mj-section></mj-body></mjml>",
    }  # fmt: skip
    answer = signed_in("ana").post(
        reverse("message_quality", args=[message_id]), form, headers={"HX-Request": "true"}
    )
    piece = answer.content.decode()
    assert "<html" not in piece
    assert '<a href="#subject">Subject</a>: The subject is in capitals' in piece
    assert queries.message(scope, message_id).revision == 1


def test_the_editor_asks_for_it(signed_in, message_id):
    page = signed_in("ana").get(reverse("message", args=[message_id])).content.decode()
    assert f'hx-post="{reverse("message_quality", args=[message_id])}"' in page


def test_has_links_asked_by_a_worker_and_shows_what_it_found(signed_in, scope, message_id, at, monkeypatch):
    written(scope, message_id, GOOD, at)
    client = signed_in("ana")
    assert "not asked yet" in shown(client, message_id)
    client.post(reverse("message_links", args=[message_id]))
    job = ProcrastinateJob.objects.get(task_name="composer.check_links")
    assert job.args["revision"] == 2
    monkeypatch.setattr(Asker, "ask", lambda *_, **__: Answered(outcome=Outcome.GONE, status=404))
    link_checks.check(scope, message_id, revision=2, at=at)
    page = shown(client, message_id)
    assert "www.maple.example/hours gone: there is no such page" in page
    assert "not asked yet" not in page


def test_has_words_for_every_outcome():
    assert set(_WORDS) == set(Outcome)
