"""Lists of suppressions: read, taken over, undone, exported as hashes."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.scope import in_scope
from bedside.records.consent import actions, lists, queries
from bedside.records.consent.forgetting import begin_forgetting
from bedside.records.consent.list_export import export_list
from bedside.records.consent.models import SuppressionLines
from bedside.records.consent.rules import Category, Evidence, SuppressionReason, SuppressionScope
from bedside.records.consent.rules.lists import BadList, read_list
from bedside.records.consent.rules.suppressions import ListOrigin, ListState, SuppressionKind
from bedside.records.consent.suppressing import asked_of_staff, suppress_domain
from bedside.records.consent.together import No, say_no_together
from tests.records.consent.people import add_patient, as_patient
from tests.records.consent.test_suppressing import covers

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope

HASHED = hashlib.sha256(b"sam.poe@example.org").hexdigest()
MIXED = f"""email,first name,scope,reason
sam.poe@example.org,Sam,,
SAM.POE@example.org,Sam,,
ann@example.org,Ann,marketing,complained
ann@example.org,Ann,newsletter,
{HASHED.upper()},,everything,bounced
@example.net,,offers,
not an address,,,
bob@example.org,Bob,nonsense,
"""


def take(scope: Scope, content: str, at: datetime, *, covered: str = "everything") -> UUID:
    list_id = lists.receive_list(scope, content.encode(), at=at)
    lists.start_list(
        scope,
        list_id,
        covers=SuppressionScope(covered),
        origin=ListOrigin.OWN_FORMER_SENDER,
        at=at,
        here=True,
    )
    lists.run_list(scope, list_id, at=at)
    return list_id


def test_reads_addresses_hashes_and_domains_and_counts_the_rest() -> None:
    found = read_list(MIXED.encode())
    assert [entry.of for entry in found.entries] == ["address", "address", "address", "hash", "domain"]
    assert (found.repeated, found.contradicting, found.bad_count) == (1, 1, 2)
    assert [(bad.line, bad.code) for bad in found.bad] == [(8, "not_read"), (9, "scope")]
    assert found.entries[3].value == HASHED
    assert found.entries[3].reason is SuppressionReason.BOUNCED


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (b"\xef\xbb\xbfann@example.org\r\nbob@example.org\r\n", 2),
        (b'"Lee, Ann";ann@example.org;x', 1),
        ("ann@example.org\tAnn\n".encode("utf-16"), 1),
        (b"# a remark\n\nann@example.org\n", 1),
        (b"caf\xe9,ann@example.org\n", 1),
    ],
)
def test_reads_lists_as_other_software_writes_them(content: bytes, count: int) -> None:
    assert len(read_list(content).entries) == count


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"PK\x03\x04\x00\x00", "no list as text"),
        (b"# bedside-suppressions 1 hmac-sha256\nhash,scope,reason\n" + b"a" * 64, "key of its own"),
        (b"a@example.org\n" * 300_001, "more than 300,000"),
        (b"a" * (16 * 1024 * 1024 + 1), "16 MB"),
    ],
)
def test_refuses_what_is_no_list(content: bytes, sentence: str) -> None:
    with pytest.raises(BadList, match=sentence):
        read_list(content)


@given(st.binary(max_size=300))
def test_reading_never_breaks(content: bytes) -> None:
    try:
        found = read_list(content)
    except BadList:
        return
    assert all(entry.value for entry in found.entries)


@pytest.mark.row("SUP-01")
def test_takes_a_list_over_and_says_what_came_of_it(scope: Scope, at: datetime) -> None:
    jane = add_patient(scope, at=at, email="sam.poe@example.org")
    view = lists.list_view(scope, take(scope, MIXED, at, covered="fundraising"))
    assert view.state is ListState.FINISHED
    assert (view.entries, view.added, view.known, view.on_record, view.bad) == (5, 5, 0, 1, 2)
    assert covers(scope, jane.email) == frozenset(
        Category
    )  # by its hash; by its address from fundraising only
    assert Category.OFFERS in covers(scope, "anybody@example.net")
    sources = {row.source for row in queries.recent_suppressions(scope, offset=0, limit=9)}
    assert sources == {f"import:{view.id}"}


def test_a_hash_counts_for_whoever_comes_later(scope: Scope, at: datetime) -> None:
    take(scope, HASHED, at)
    later = add_patient(scope, at=at, email="Sam.Poe@Example.org")
    assert covers(scope, later.email) == frozenset(Category)


def test_undoing_a_list_lifts_what_it_added_and_nothing_else(scope: Scope, at: datetime) -> None:
    actions.suppress_address(
        scope, "ann@example.org", reason=SuppressionReason.IMPORTED, covers=SuppressionScope.NEWSLETTER, at=at
    )
    list_id = take(scope, MIXED, at)
    assert lists.list_view(scope, list_id).known == 1
    assert lists.undo_list(scope, list_id, at=at) == 4
    assert covers(scope, "sam.poe@example.org") == frozenset()
    assert covers(scope, "ann@example.org") == {Category.NEWSLETTER}
    with pytest.raises(Refusal):
        lists.undo_list(scope, list_id, at=at)


@pytest.mark.row("CON-24")
@pytest.mark.parametrize("together", [True, False])
def test_undoing_a_list_leaves_what_the_person_said_themselves_meanwhile(
    scope: Scope, at: datetime, *, together: bool
) -> None:
    ann, sam = (add_patient(scope, at=at, email=f"{name}@example.org") for name in ("ann", "sam"))
    content = f"email,scope,reason\n{ann.email},newsletter,asked\n{sam.email},newsletter,asked\n"
    list_id = take(scope, content, at)
    own = as_patient(scope, ann.id)
    if together:
        evidence = Evidence(wording="pickup-3")
        say_no_together(
            [No(scope=own, category=Category.NEWSLETTER, source="unsubscribe_link", at=at, evidence=evidence)]
        )
    else:
        actions.refuse(own, ann.id, category=Category.NEWSLETTER, source="unsubscribe_link", at=at)
    assert lists.undo_list(scope, list_id, at=at) == 1
    assert covers(scope, ann.email) == {Category.NEWSLETTER}
    assert covers(scope, sam.email) == frozenset()


def test_staff_who_confirm_a_line_of_a_list_are_recorded(scope: Scope, at: datetime) -> None:
    list_id = take(scope, "email,scope,reason\nann@example.org,marketing,asked\n", at)
    said = {"reason": SuppressionReason.ASKED, "covers": SuppressionScope.MARKETING, "at": at}
    assert actions.suppress_address(scope, "ann@example.org", **said)
    assert not actions.suppress_address(scope, "ann@example.org", **said)
    assert lists.undo_list(scope, list_id, at=at) == 0
    assert asked_of_staff(scope, "ann@example.org")


def test_running_a_list_twice_adds_nothing_twice(scope: Scope, at: datetime) -> None:
    first = lists.list_view(scope, take(scope, MIXED, at))
    assert lists.run_list(scope, first.id, at=at) == first
    again = lists.list_view(scope, take(scope, MIXED, at))
    assert (again.added, again.known) == (0, 5)


def test_goes_on_after_the_last_whole_batch(
    scope: Scope, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "BATCH_ENTRIES", 2)
    list_id = lists.receive_list(scope, MIXED.encode(), at=at)
    lists.start_list(
        scope, list_id, covers=SuppressionScope.EVERYTHING, origin=ListOrigin.OWN_LIST, at=at, here=True
    )
    entries = read_list(MIXED.encode()).entries
    assert lists._take_batch(scope, list_id, entries, at=at)
    assert lists.list_view(scope, list_id).percent == 40
    assert lists.run_list(scope, list_id, at=at).added == 5


def test_a_cancelled_list_keeps_nothing_of_its_file(scope: Scope, at: datetime) -> None:
    list_id = lists.receive_list(scope, MIXED.encode(), at=at)
    lists.cancel_list(scope, list_id, at=at)
    with in_scope(scope):
        assert not SuppressionLines.objects.exists()
    assert covers(scope, "sam.poe@example.org") == frozenset()
    with pytest.raises(Refusal):
        lists.start_list(
            scope, list_id, covers=SuppressionScope.OFFERS, origin=ListOrigin.OWN_LIST, at=at, here=True
        )


def test_bad_lines_can_be_fetched_until_anybody_is_erased(scope: Scope, at: datetime) -> None:
    jane = add_patient(scope, at=at)
    list_id = take(scope, MIXED, at)
    assert [bad.line for bad in lists.bad_lines(scope, list_id, at=at)] == [8, 9]
    begin_forgetting(scope, jane.id)
    with pytest.raises(Refusal):
        lists.bad_lines(scope, list_id, at=at)


def test_strangers_and_auditors_have_no_part_in_it(
    scope: Scope, stranger_scope: Scope, scope_of: Callable[[str], Scope], at: datetime
) -> None:
    list_id = lists.receive_list(scope, MIXED.encode(), at=at)
    with pytest.raises(NotFound):
        lists.list_view(stranger_scope, list_id)
    with pytest.raises(NotFound):
        lists.undo_list(stranger_scope, list_id, at=at)
    with pytest.raises(NotAllowed):
        lists.receive_list(scope_of("abe"), b"ann@example.org", at=at)
    with pytest.raises(NotAllowed):
        export_list(scope_of("abe"), key=None, at=at)


@pytest.mark.row("CSP-09")
def test_exports_hashes_of_people_on_record_and_counts_the_others(scope: Scope, at: datetime) -> None:
    add_patient(scope, at=at, email="Sam.Poe@example.org")
    add_patient(scope, at=at, email="free@example.org")
    add_patient(scope, at=at, email="jo@example.net")
    for address in ("sam.poe@example.org", "erased@example.org"):
        actions.suppress_address(scope, address, reason=SuppressionReason.ASKED, at=at)
    suppress_domain(scope, "example.net", covers=SuppressionScope.OFFERS, at=at, is_public_meant=False)
    key = bytes(range(32))
    made = export_list(scope, key=key, at=at)
    assert (made.lines, made.people, made.left_out) == (2, 2, 1)
    hashed = hmac.new(key, b"sam.poe@example.org", hashlib.sha256).hexdigest()
    assert made.text.startswith("# bedside-suppressions 1 hmac-sha256\nhash,scope,reason\n")
    assert f"\n{hashed},marketing,asked\n" in made.text
    assert "example.org" not in made.text
    with pytest.raises(Refusal):
        export_list(scope, key=b"short", at=at)


def test_a_plain_export_can_be_taken_over_elsewhere(
    scope: Scope, stranger_scope: Scope, at: datetime
) -> None:
    add_patient(scope, at=at, email="sam.poe@example.org")
    actions.suppress_address(scope, "sam.poe@example.org", reason=SuppressionReason.COMPLAINED, at=at)
    made = export_list(scope, key=None, at=at)
    take(stranger_scope, made.text, at)
    assert covers(stranger_scope, "sam.poe@example.org") == covers(scope, "sam.poe@example.org")
    assert read_list(made.text.encode()).count(SuppressionKind.HASH) == 1
