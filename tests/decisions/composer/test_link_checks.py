"""Whether links answer: asked of real servers on this machine, and of nobody who must not be asked."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bedside.decisions.composer import actions, asking, link_checks, queries
from bedside.decisions.composer.asking import Asker
from bedside.decisions.composer.models import LinkCheckRow
from bedside.decisions.composer.rules.outcomes import Outcome
from bedside.decisions.gate.rules.classes import MessageClass
from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.scope import in_scope
from bedside.safeguards.audit.queries import entries as ledger
from tests.decisions.composer.web_of_links import HOST, Web

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def web(tmp_path_factory) -> Iterator[Web]:
    web = Web(tmp_path_factory.mktemp("web"))
    yield web
    web.close()


@pytest.fixture
def asker(web) -> Asker:
    web.seen.clear()
    return Asker(own_hosts=frozenset({HOST}), ca_pem=web.ca_pem)


@pytest.mark.parametrize(
    ("path", "outcome", "status"),
    [
        ("/page", Outcome.WORKS, 200), ("/page?who=1#part", Outcome.GONE, 404), ("/page#part", Outcome.WORKS, 200),
        ("/old", Outcome.MOVED, 200), ("/slash", Outcome.WORKS, 200), ("/today", Outcome.WORKS, 200),
        ("/gone", Outcome.GONE, 404), ("/away", Outcome.GONE, 410), ("/shut", Outcome.SHUT, 403),
        ("/ill", Outcome.BROKEN, 503), ("/only-get", Outcome.WORKS, 200), ("/round", Outcome.BROKEN, 302),
        ("/out", Outcome.UNENCRYPTED, 0), ("/inside", Outcome.INSIDE, 0), ("/tofile", Outcome.UNENCRYPTED, 0),
    ],
)  # fmt: skip
def test_tells_what_an_address_answers(web, asker, path, outcome, status):
    found = asker.ask(web.url + path, is_picture=False)
    assert (found.outcome, found.status) == (outcome, status)


def test_asks_a_page_for_its_head_alone(web, asker):
    asker.ask(f"{web.url}/page", is_picture=False)
    assert web.asked("/page") == ["HEAD"]


def test_says_who_asks_and_nothing_of_anybody(web, asker):
    asker.ask(f"{web.url}/page", is_picture=False)
    asker.ask(f"{web.url}/page", is_picture=False)
    for _, _, headers in web.seen:
        assert headers["user-agent"] == asking.USER_AGENT
        assert headers.keys() == {"host", "user-agent", "accept", "connection", "accept-encoding"}


def test_follows_no_more_than_so_many_redirects(web, asker):
    asker.ask(f"{web.url}/round", is_picture=True)
    assert len(web.asked("/round")) == asking.REDIRECTS_MAX + 1


def test_weighs_pictures_and_tells_what_is_none(web, asker):
    found = asker.ask(f"{web.url}/picture.png", is_picture=True)
    assert (found.outcome, found.size_bytes) == (Outcome.WORKS, 1000)
    assert asker.ask(f"{web.url}/page", is_picture=True).outcome is Outcome.NO_PICTURE


def test_reads_no_picture_without_end(web, asker):
    found = asker.ask(f"{web.url}/endless.png", is_picture=True)
    assert asking.PICTURE_BYTES_MAX < found.size_bytes <= asking.PICTURE_BYTES_MAX + 65536


def test_gives_up_on_a_server_that_trickles(web, asker, monkeypatch):
    monkeypatch.setattr(asking, "ASK_S", 0.6)
    began = time.monotonic()
    assert asker.ask(f"{web.url}/trickle", is_picture=False).outcome is Outcome.SILENT
    assert time.monotonic() - began < 5


def test_trusts_no_certificate_of_somebody_else(web):
    strict = Asker(own_hosts=frozenset({HOST}))
    assert strict.ask(f"{web.url}/page", is_picture=False).outcome is Outcome.CERTIFICATE


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[fd00::1]", "[::ffff:127.0.0.1]",
     "0.0.0.0",  # noqa: S104  asked, not listened on
        "100.64.0.1", "2130706433", "0x7f000001"],
)  # fmt: skip
def test_asks_nobody_within_our_own_network(web, host):
    web.seen.clear()
    port = web.url.rpartition(":")[2]
    assert Asker().ask(f"https://{host}:{port}/page", is_picture=False).outcome is Outcome.INSIDE
    assert web.seen == []


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("http://127.0.0.1/", Outcome.UNENCRYPTED), ("https://", Outcome.SILENT), ("https://[", Outcome.SILENT),
        ("https://a@127.0.0.1/", Outcome.SILENT), ("https://127.0.0.1:99999/", Outcome.SILENT),
        ("https://127.0.0.1/a b", Outcome.SILENT), ("https://nowhere.invalid/", Outcome.SILENT),
        ("https://127.0.0.1:1/", Outcome.SILENT), ("", Outcome.UNENCRYPTED),
    ],
)  # fmt: skip
def test_never_fails_on_an_address(url, outcome):
    assert Asker(own_hosts=frozenset({HOST})).ask(url, is_picture=False).outcome is outcome


# --- of a message


@pytest.fixture
def message_id(scope, at, web):
    made = actions.create(scope, name="Links", starter="two_columns", at=at)
    inside = "".join(
        f'<p><a href="{web.url}{path}">{path} now</a></p>' for path in ("/page", "/gone", "/page")
    )
    draft = replace(
        queries.draft_of(scope, made, revision=None),
        mjml="<mjml><mj-body><mj-section><mj-column>"
        f'<mj-text>{inside}<a href="mailto:a@maple.example">Write</a></mj-text></mj-column></mj-section></mj-body></mjml>',
        subject="Links",
        message_class=MessageClass.GENERAL_HEALTH,
    )
    actions.edit(scope, made, draft, based_on_revision=1, at=at)
    return made


def html_of(scope, message_id) -> str:
    return queries.compiled(scope, message_id, 2, remuneration=False).html


@pytest.mark.django_db
def test_asks_each_link_of_a_message_once_and_keeps_codes(scope, at, message_id, asker, web):
    found = link_checks.check(scope, message_id, revision=2, at=at, asker=asker)
    assert [(checked.target.address.removeprefix(web.url), checked.outcome) for checked in found] == [
        ("/page", Outcome.WORKS),
        ("/gone", Outcome.GONE),
    ]
    assert web.asked("/page") == ["HEAD"]
    wanted = link_checks.targets(html_of(scope, message_id))
    assert link_checks.known(scope, message_id, wanted) == found
    with in_scope(scope):
        kept = list(LinkCheckRow.objects.values())
    assert web.url not in str(kept)
    assert [entry.details for entry in ledger(scope, before_id=None, kind="message.links_checked", actor_id="", subject="", limit=5)] == [
        {"revision": 2, "asked": 2, "failing": 1}
    ]  # fmt: skip


@pytest.mark.django_db
def test_knows_only_what_was_asked_last(scope, at, message_id, asker, web):
    link_checks.check(scope, message_id, revision=2, at=at, asker=asker)
    later = at + timedelta(hours=1)
    link_checks.check(scope, message_id, revision=2, at=later, asker=asker)
    wanted = [
        *link_checks.targets(html_of(scope, message_id)),
        link_checks.Target(address=f"{web.url}/new", is_picture=False),
    ]
    assert [checked.at for checked in link_checks.known(scope, message_id, wanted)] == [later, later]


@pytest.mark.django_db
def test_refuses_who_may_not_write_and_what_is_not_there(scope, at, message_id, asker):
    with pytest.raises(NotAllowed):
        link_checks.check(replace(scope, rights=frozenset()), message_id, revision=2, at=at, asker=asker)
    with pytest.raises(NotAllowed):
        link_checks.order(replace(scope, rights=frozenset()), message_id, revision=2)
    with pytest.raises(NotFound):
        link_checks.check(scope, message_id, revision=9, at=at, asker=asker)


@pytest.mark.django_db
def test_refuses_what_cannot_be_compiled(scope, at, message_id, asker, web):
    draft = replace(queries.draft_of(scope, message_id, revision=None), mjml="<mjml>")
    actions.edit(scope, message_id, draft, based_on_revision=2, at=at)
    with pytest.raises(Refusal, match="Put right"):
        link_checks.check(scope, message_id, revision=3, at=at, asker=asker)
    assert web.seen == []


@pytest.mark.django_db
def test_orders_a_job_with_ids_alone(scope, message_id):
    from procrastinate.contrib.django.models import ProcrastinateJob

    link_checks.order(scope, message_id, revision=2)
    job = ProcrastinateJob.objects.get(task_name="composer.check_links")
    assert job.args == {"practice_id": str(scope.practice_id), "message_id": str(message_id), "revision": 2}
    assert job.lock == f"composer.links.{message_id}"
