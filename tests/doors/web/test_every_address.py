"""Every address of the staff door, as nobody, as a member without the right, and as a stranger with every right.

The addresses come from Django's resolver: a new one fails here until `addresses.py` says what it asks for and
`tests/support/objects.py` has an object for each of its arguments.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client

from bedside.doors.web.pages import PAGES
from bedside.ground.scope import in_scope
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.staff.rules import Right
from tests.doors.web.addresses import ADDRESSES, NOT_OF_A_PRACTICE, Open
from tests.support.addresses import Address, every_address
from tests.support.objects import make_objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http.response import HttpResponseBase

    from bedside.ground.scope import Scope
    from tests.support.objects import Objects

URLCONF = "bedside.config.urls_web"
OTHER_ARGUMENTS = {"verb": "pause", "starter": "newsletter", "name": "1700000000.M1P1.example"}


@pytest.fixture
def objects(scope: Scope, cast: object, at: object) -> Objects:
    return make_objects(scope, at=at)


def addresses() -> list[Address]:
    return every_address(URLCONF)


def rule_of(address: Address) -> object:
    view = address.view
    while view not in PAGES and hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    return PAGES.get(view)


def typed_form(objects: Objects) -> dict[str, str]:
    """Every form field that takes an id gets one of the other practice."""
    names = ("patient", "segment", "message", "campaign", "import", "account", "practice")
    form = {name: str(objects.values[f"{name}_id"]) for name in names}
    form |= {f"{name}_id": value for name, value in form.items()}
    form |= {
        "text": "Zqmarked", "words": "Zqmarked", "address": str(objects.values["address"]), "do": "export",
        "purpose": "operations", "about": "offers", "answer": "yes", "source": "phone", "kind": "marketing",
        "mrn": str(objects.values["mrn"]),
    }  # fmt: skip
    return form


def asked(client: Client, path: str, objects: Objects) -> Iterator[HttpResponseBase]:
    """GET, GET with a question, POST, and a piece asked for by htmx."""
    form = typed_form(objects)
    yield kept_nowhere(client.get(path))
    yield kept_nowhere(
        client.get(path, {name: form[name] for name in ("patient", "segment", "message", "about")})
    )
    yield kept_nowhere(client.post(path, form))
    yield kept_nowhere(client.post(path, {**form, "act": "look"}, headers={"HX-Request": "true"}))


def kept_nowhere(response: HttpResponseBase) -> HttpResponseBase:
    """No answer stays in a browser or a proxy, or tells the next site where one came from; also no error or redirect."""
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    return response


def leaked(response: HttpResponseBase, objects: Objects) -> list[str]:
    """Marks in body, headers and cookies, but for the very words that whoever asked has typed."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    text = f"{body.decode(errors='replace')}\n{response.headers}\n{response.cookies}"
    for typed in typed_form(objects).values():
        text = text.replace(typed, "").replace(quote(typed), "")
    return objects.leaked(text)


def test_every_address_stands_in_the_list() -> None:
    found = {address.name for address in addresses()}
    assert found == set(ADDRESSES), "say in tests/doors/web/addresses.py what a new address asks for"


def test_every_address_asks_for_what_the_list_says() -> None:
    for address in addresses():
        wanted, rule = ADDRESSES[address.name], rule_of(address)
        if isinstance(wanted, Right):
            assert rule is not None, address.name
            assert rule.right is wanted, address.name
        elif wanted is Open.MEMBER:
            assert rule is not None, address.name
            assert rule.right is None, address.name
        else:
            assert rule is None, address.name


def test_an_object_stands_ready_for_every_argument(objects: Objects) -> None:
    ready = set(objects.values) | set(OTHER_ARGUMENTS)
    missing = {
        (address.name, argument)
        for address in addresses()
        for argument in address.arguments
        if argument not in ready
    }
    assert missing == set(), "prepare these objects in tests/support/objects.py"


def test_nobody_gets_more_than_a_way_to_sign_in(objects: Objects) -> None:
    for address in addresses():
        if ADDRESSES[address.name] is Open.ANYBODY:
            continue
        path = address.filled({**OTHER_ARGUMENTS, **objects.values})
        for response in asked(Client(), path, objects):
            assert response.status_code in {204, 302, 404, 405}, address.name
            if not {"Location", "HX-Redirect"} & set(
                response.headers
            ):  # the way to the sign-in says where one wanted to go
                assert not leaked(response, objects), address.name


def test_a_member_without_the_right_is_refused_and_it_is_recorded(
    signed_in: object, scope: Scope, scope_of: object, objects: Objects
) -> None:
    """Approver Ada and auditor Abe: what neither may do is refused to both."""
    for key in ("ada", "abe"):
        client, rights, refused = signed_in(key), scope_of(key).rights, set()
        for address in addresses():
            wanted = ADDRESSES[address.name]
            if not isinstance(wanted, Right) or wanted in rights:
                continue
            path = address.filled({**OTHER_ARGUMENTS, **objects.values})
            statuses = {response.status_code for response in asked(client, path, objects)}
            assert statuses <= {403, 405}, address.name
            refused.add(address.name)
        assert refused
        assert refused == {
            page for page, reason in refusals(scope, scope_of(key).actor.id) if reason == "not_allowed"
        }


def test_a_stranger_gets_nothing_and_their_own_practice_learns_of_it(
    stranger: Client, stranger_scope: Scope, scope: Scope, objects: Objects
) -> None:
    held = fingerprint(scope)
    walked, problems = set(), []
    for address in addresses():
        if isinstance(ADDRESSES[address.name], Open) and ADDRESSES[address.name] is not Open.MEMBER:
            continue
        path = address.filled({**OTHER_ARGUMENTS, **objects.values})
        for response in asked(stranger, path, objects):
            if address.arguments and address.name not in NOT_OF_A_PRACTICE:
                walked.add(address.name)
                if response.status_code not in {404, 405}:
                    problems.append(f"{address.name} answers {response.status_code}")
            elif response.status_code >= 500:
                problems.append(f"{address.name} breaks")
            if marks := leaked(response, objects):
                problems.append(f"{address.name} tells {marks}")
    assert not problems, "\n".join(problems)
    assert walked
    known = {page for page, reason in refusals(stranger_scope, "") if reason == "not_found"}
    assert walked - known == set(), "refused without an entry in the stranger's ledger"
    assert fingerprint(scope) == held, "a stranger changed something, or left an entry in another's ledger"


def refusals(scope: Scope, actor_id: str) -> set[tuple[str, str]]:
    found, before = [], None
    while page := entries(
        scope, before_id=before, kind="access.refused", actor_id=actor_id, subject="", limit=200
    ):
        found += page
        before = page[-1].id
    return {(entry.details["page"], entry.details["reason"]) for entry in found}


def fingerprint(scope: Scope) -> dict[str, str]:
    """Every row that a practice has, table by table."""
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public'")
        tables = sorted(name for (name,) in cursor.fetchall())
        prints = {}
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" AS t ORDER BY 1')  # noqa: S608  the catalogue's own names
            rows = "\n".join(row for (row,) in cursor.fetchall())
            prints[table] = hashlib.sha256(rows.encode()).hexdigest()
        return prints


def test_no_answer_to_a_member_is_kept_anywhere(signed_in: object, objects: Objects) -> None:
    """Office manager Omar and compliance officer Chloe, whose own data it is: pages, files, pieces and refusals."""
    for key in ("omar", "chloe"):
        client = signed_in(key)
        for address in addresses():
            if ADDRESSES[address.name] in {Open.ANYBODY, Open.ACCOUNT, Open.CLOSED, Open.MEMBER}:
                continue
            path = address.filled({**OTHER_ARGUMENTS, **objects.values})
            kept_nowhere(client.get(path))
            kept_nowhere(client.put(path))
