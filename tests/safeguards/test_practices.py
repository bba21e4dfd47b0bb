"""What a practice must say about itself, and setting one up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bedside.doors.cli.shared import administrator_scope
from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Purpose
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.practices import actions, queries
from bedside.safeguards.practices.rules import Profile, Specialty, check_profile
from bedside.safeguards.vault.queries import practice_keys


def profile(**changes: object) -> Profile:
    usual = {
        "practice_id": new_id(),
        "name": "Elm Street Dental",
        "sender_name": "Elm Street Dental",
        "sender_address": "hello@elm.example",
        "reply_address": "",
        "postal_address": "2 Elm Street, Springfield, KS 66000",
        "phone": "",
        "website": "",
        "time_zone": "America/Chicago",
        "specialty": Specialty.DENTAL,
        "idle_minutes": 15,
        "second_factor_required": True,
        "opt_in_required": True,
    }
    return Profile(**{**usual, **changes})


def create(given: Profile, *, slug: str, at):
    scope = administrator_scope(given.practice_id, purpose=Purpose.ADMINISTRATION)
    actions.create_practice(scope, given, slug=slug, at=at)
    return scope


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sender_name": " "}, "sender_name"),
        ({"sender_name": "Elm\r\nBcc: all"}, "sender_name"),  # would forge a header
        ({"sender_name": "Elm <elm>"}, "sender_name"),
        ({"sender_address": ""}, "sender_address"),
        ({"sender_address": "hello"}, "sender_address"),
        ({"reply_address": "hello@"}, "sender_address"),
        ({"postal_address": "  Kansas  "}, "postal_address"),
        ({"website": "not a url"}, "website"),
        ({"website": "http://elm.example"}, "website"),
        ({"website": "https://elm@evil.example"}, "website"),
        ({"website": "https://elm"}, "website"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"idle_minutes": 0}, "idle_minutes"),
        ({"idle_minutes": 481}, "idle_minutes"),
        ({"reveal_warn_percent": 11}, "reveal_warn_percent"),  # laxer than Bedside
        ({"reveal_warn_percent": 1}, "reveal_warn_percent"),
        ({"reveal_phi_percent": 31}, "reveal_phi_percent"),
        ({"reveal_warn_percent": 8, "reveal_phi_percent": 7}, "reveal_phi_percent"),
    ],
)
def test_refuses_a_profile_that_may_not_write_to_patients(changes, code):
    with pytest.raises(Refusal) as refused:
        check_profile(profile(**changes))
    assert refused.value.code == code


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"idle_minutes": 1},
        {"idle_minutes": 480},
        {"reveal_warn_percent": 2, "reveal_phi_percent": 2},
        {"reply_address": "a@elm.example"},
        {"website": "https://elm.example/care?x=1"},
    ],
)
def test_accepts_a_profile_at_its_limits(changes):
    check_profile(profile(**changes))


def test_sets_up_a_practice_with_its_key_and_first_entry(db, at):
    given = profile()
    scope = create(given, slug="elm", at=at)
    assert queries.profile(scope) == given
    assert queries.practice_id_of("elm") == given.practice_id
    sealed = practice_keys(scope).seal(b"x", table="t", row="r", column="c")
    assert practice_keys(scope).open(sealed, table="t", row="r", column="c") == b"x"
    kinds = [
        entry.kind for entry in entries(scope, before_id=None, kind="", actor_id="", subject="", limit=9)
    ]
    assert kinds == ["practice.created"]


@pytest.mark.parametrize("slug", ["", "Elm", "elm street", "-elm", "elm--x", "elm\n", "élm"])
def test_refuses_a_short_name_that_is_no_address(db, at, slug):
    with pytest.raises(Refusal) as refused:
        create(profile(), slug=slug, at=at)
    assert refused.value.code == "practice_slug"


def test_refuses_a_short_name_that_is_taken(practice_id, at):
    with pytest.raises(Refusal) as refused:
        create(profile(), slug="maple", at=at)
    assert refused.value.code == "practice_exists"


def test_changes_the_profile_of_its_own_practice_only(scope, stranger_scope, at):
    theirs = queries.profile(stranger_scope)
    changed = replace(queries.profile(scope), phone="555-0123")
    actions.change_profile(scope, changed, at=at)
    assert queries.profile(scope) == changed
    assert queries.profile(stranger_scope) == theirs


def test_ignores_a_foreign_id_in_the_profile(scope, stranger_scope, at):
    theirs = queries.profile(stranger_scope)
    own = queries.profile(scope).sender_address
    actions.change_profile(scope, replace(theirs, phone="555-0199", sender_address=own), at=at)
    assert queries.profile(stranger_scope) == theirs


def test_only_practice_managers_change_the_profile(scope_of, at):
    for who in ("ana", "ada", "chloe", "abe"):
        with pytest.raises(NotAllowed):
            actions.change_profile(scope_of(who), queries.profile(scope_of(who)), at=at)
    actions.change_profile(scope_of("omar"), queries.profile(scope_of("omar")), at=at)


def test_says_so_when_there_is_no_such_practice(db):
    with pytest.raises(NotFound):
        queries.practice_id_of("nowhere")


@pytest.mark.parametrize("spelling", ["hello@elm.example", "Hello@ELM.example"])
def test_refuses_the_sender_address_of_another_practice(db, at, spelling):
    """Row security hides the other practice's row, so the database itself has to say no."""
    create(profile(), slug="elm", at=at)
    with pytest.raises(Refusal) as refused:
        create(profile(sender_address=spelling), slug="oak", at=at)
    assert refused.value.code == "sender_address_taken"
    other = profile(sender_address="hello@oak.example")
    scope = create(other, slug="oak", at=at)
    with pytest.raises(Refusal) as refused:
        actions.change_profile(scope, replace(other, sender_address=spelling), at=at)
    assert refused.value.code == "sender_address_taken"
    assert refused.value.__cause__ is None
    assert queries.profile(scope).sender_address == "hello@oak.example"


def test_a_practice_keeps_its_own_sender_address(db, at):
    given = profile()
    scope = create(given, slug="elm", at=at)
    actions.change_profile(scope, replace(given, sender_address="Hello@elm.example", phone="555-0101"), at=at)
    assert queries.profile(scope).phone == "555-0101"
