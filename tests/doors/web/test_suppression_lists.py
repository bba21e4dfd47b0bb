"""Pages of suppressions: filter, domains, lists in, hashes out."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bedside.records.consent import lists, queries
from bedside.records.consent.rules import SuppressionReason, SuppressionScope
from bedside.records.consent.suppressing import suppress_address
from tests.records.consent.people import add_patient
from tests.records.consent.test_suppression_lists import MIXED

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.test import Client

    from bedside.ground.scope import Scope

ADDRESS = "sam.poe@example.org"


def bring(client: Client, content: str) -> str:
    upload = SimpleUploadedFile("list.csv", content.encode())
    return client.post(reverse("suppression_list_new"), {"file": upload})


def test_filters_by_what_why_and_how(signed_in: Callable[[str], Client], scope: Scope, at: datetime) -> None:
    suppress_address(scope, ADDRESS, reason=SuppressionReason.BOUNCED, at=at)
    suppress_address(
        scope, ADDRESS, reason=SuppressionReason.ASKED, covers=SuppressionScope.FUNDRAISING, at=at
    )
    client, page = signed_in("omar"), reverse("suppressions")
    for asked, count in [("", 2), ("?covers=fundraising", 1), ("?why=bounced", 1), ("?source=staff", 1),
                         ("?of=domain", 0), ("?why=nonsense", 2)]:  # fmt: skip
        assert client.get(page + asked).content.decode().count(">Lift<") == count


def test_adds_a_domain_and_asks_twice_about_a_public_one(
    signed_in: Callable[[str], Client], scope: Scope
) -> None:
    client, page = signed_in("omar"), reverse("suppressions")
    told = {"act": "domain", "domain": "example.net", "covers": "offers"}
    assert client.post(page, told).status_code == 302
    assert queries.suppressions_of(scope, "anybody@example.net")
    refused = client.post(page, {**told, "domain": "gmail.com"})
    assert refused.status_code == 422
    assert "I mean everybody" in refused.content.decode()
    assert client.post(page, {**told, "domain": "gmail.com", "public": "yes"}).status_code == 302
    assert client.post(page, {**told, "domain": "no domain"}).status_code == 422


def test_brings_a_list_confirms_and_undoes_it(
    signed_in: Callable[[str], Client], scope: Scope, at: datetime
) -> None:
    client = signed_in("omar")
    answer = bring(client, MIXED)
    page = answer["Location"]
    text = client.get(page).content.decode()
    assert "Take it over?" in text
    assert ADDRESS not in text
    assert "Say where this list comes from" in client.post(page, {"covers": "offers"}).content.decode()
    assert "Choose which mail" in client.post(page, {"origin": "own_list"}).content.decode()
    assert client.post(page, {"origin": "own_list", "covers": "marketing"}).status_code == 302
    assert "hx-get" in client.get(page).content.decode()
    list_id = page.rstrip("/").rpartition("/")[2]
    (view,) = lists.recent_lists(scope, limit=5)
    lists.run_list(scope, view.id, at=at)
    assert "What came of it" in client.get(page).content.decode()
    bad = client.post(reverse("suppression_list_bad", args=[list_id])).content.decode()
    assert "not an address" in bad
    undo = reverse("suppression_list_undo", args=[list_id])
    assert "Undo this list?" in client.get(undo).content.decode()
    assert client.post(undo).status_code == 302
    assert queries.suppressed_addresses(scope, {view.id: ADDRESS}) == {}


@pytest.mark.parametrize("content", ["", "\0\0\0", "# bedside-suppressions 1 hmac-sha256\n"])
def test_says_why_a_file_is_no_list(signed_in: Callable[[str], Client], content: str) -> None:
    assert bring(signed_in("omar"), content).status_code == 422


def test_throws_a_list_away(signed_in: Callable[[str], Client], scope: Scope) -> None:
    client = signed_in("omar")
    list_id = bring(client, ADDRESS)["Location"].rstrip("/").rpartition("/")[2]
    assert client.post(reverse("suppression_list_cancel", args=[list_id])).status_code == 302
    assert [one.state for one in lists.recent_lists(scope, limit=5)] == ["cancelled"]


@pytest.mark.row("CSP-09")
def test_shows_the_key_once_and_gives_hashes_under_it(
    signed_in: Callable[[str], Client], scope: Scope, at: datetime
) -> None:
    add_patient(scope, at=at, email=ADDRESS)
    suppress_address(scope, ADDRESS, reason=SuppressionReason.ASKED, at=at)
    suppress_address(scope, "gone@example.org", reason=SuppressionReason.ASKED, at=at)
    client, page = signed_in("chloe"), reverse("suppressions_export")
    assert "as hashes" in client.get(page).content.decode()
    assert client.post(page, {}).status_code == 422
    shown = client.post(page, {"form": "keyed"}).content.decode()
    key = re.search(r'name="list_key" value="([0-9a-f]{64})"', shown)[1]
    file = client.post(page, {"form": "keyed", "list_key": key})
    assert "suppressions-keyed-1-lines-1-left-out.csv" in file["Content-Disposition"]
    assert hmac.new(bytes.fromhex(key), ADDRESS.encode(), hashlib.sha256).hexdigest() in file.content.decode()
    plain = client.post(page, {"form": "plain"}).content.decode()
    assert hashlib.sha256(ADDRESS.encode()).hexdigest() in plain
    assert signed_in("omar").get(page).status_code == 403
