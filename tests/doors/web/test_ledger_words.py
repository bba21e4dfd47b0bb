"""Everything that stands in an entry is told in plain words: no kind, code, purpose or origin by its name inside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import URLResolver, get_resolver

from bedside.config import commands
from bedside.doors.web.ledger import codes, phrases
from bedside.doors.web.ledger.entry import _origin
from bedside.doors.web.ledger.wanted import SOMEBODY_WORDS, Somebody
from bedside.ground.scope import Purpose, in_scope
from bedside.oversight.retention.rules import ErasureReason, HoldCode
from bedside.records.consent.rules import LiftReason, Source, SuppressionReason, SuppressionScope
from bedside.records.intake.entries import STARTED
from bedside.records.intake.nouns import Provenance
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.entries import LEDGER_EXPORTED, LEDGER_SEEN
from bedside.safeguards.audit.reviews import Finding
from bedside.safeguards.audit.rules import Deed, Outcome, kinds
from bedside.safeguards.staff.entries import ACCESS_REFUSED
from bedside.safeguards.vault.rules import Reason
from tests.doors.web.test_ledger_page import newest_entry, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from enum import StrEnum

CHOICES: list[tuple[str, type[StrEnum]]] = [
    ("because", LiftReason), ("code", HoldCode), ("covers", SuppressionScope), ("finding", Finding),
    ("provenance", Provenance), ("reason", ErasureReason), ("reason", Reason), ("reason", SuppressionReason),
    ("source", Source),
]  # fmt: skip
# A dot or an underscore inside a word, as in patient.seen and own_system.
INSIDE = re.compile(r"\w[._]\w")


def names_of(patterns: Iterable[object]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names_of(pattern.url_patterns)
        elif pattern.name:
            yield str(pattern.name)


@pytest.mark.parametrize("name", sorted(kinds()))
def test_each_kind_has_words_for_itself_and_for_each_of_its_details(name):
    kind = kinds()[name]
    assert len(phrases.kind_words(kind).split()) > 1
    assert not INSIDE.search(phrases.kind_words(kind)), phrases.kind_words(kind)
    details = {one: {int: 3, bool: True}.get(wanted, "some_code") for one, wanted in kind.details.items()}
    said = phrases.sentence(name, details, {})
    assert not INSIDE.search(said), said
    assert "{" not in said
    for one in kind.details:
        assert not INSIDE.search(codes.detail_label(one))
        assert codes.detail_label(one)[:1].isupper()


@pytest.mark.parametrize(
    ("detail", "choice"), [(detail, one) for detail, kind in CHOICES for one in kind], ids=str
)
def test_each_choice_has_words_of_its_own(detail, choice):
    assert choice.value in codes.WORDS[detail]
    assert not INSIDE.search(phrases.plain(detail, choice.value))


def test_each_purpose_outcome_sort_of_act_and_nobody_of_the_staff_has_words():
    assert {purpose.value for purpose in Purpose} == phrases.PURPOSE_WORDS.keys()
    assert {outcome.value for outcome in Outcome} == phrases.OUTCOME_WORDS.keys()
    assert set(Deed) == phrases.DEED_WORDS.keys()
    assert set(Somebody) == SOMEBODY_WORDS.keys()


def test_each_page_and_each_command_has_words():
    pages = set(names_of(get_resolver("bedside.config.urls_web").url_patterns))
    verbs = {".".join(("bedside", *words)) for words in commands.verbs_of(commands.build_parser())}
    assert {"ledger_entry", "staff"} <= pages
    assert "bedside.patients.show" in verbs
    for page in pages | verbs:
        assert not INSIDE.search(phrases.plain("page", page)), page


def test_where_somebody_came_from_is_told_in_words():
    assert _origin("") == "Inside the server itself"
    assert _origin("cli:root") == "The server's command line, as its user root"
    assert _origin("192.0.2.7") == "The network address 192.0.2.7"


@pytest.mark.parametrize(
    ("kind", "details", "words"),
    [
        (STARTED, {"provenance": "own_system"}, "the people come from the practice's own software"),
        (LEDGER_SEEN, {"page": "ledger"}, "Where The ledger's list"),
        (
            ACCESS_REFUSED,
            {"page": "staff_add", "reason": "not_allowed"},
            "Asked for the page “staff add” and was refused (it is not theirs to see or do).",
        ),
        (
            ACCESS_REFUSED,
            {"page": "bedside.patients.show", "reason": "unknown_patient"},
            "Asked for the command “bedside patients show” and was refused (there is no such patient",
        ),
        (
            LEDGER_EXPORTED,
            {"wanted_kind": "patient.seen", "about": "patient", "form": "csv"},
            "Exported ledger entries (kind: “Opened a patient's record”, about: patient).",
        ),
        (
            LEDGER_EXPORTED,
            {"wanted_kind": "export+read", "about": "all", "form": "csv"},
            "(kind: exported, looked at, about: all)",
        ),
    ],
)
def test_the_page_of_an_entry_says_it_in_words(signed_in, scope, at, kind, details, words):
    with in_scope(scope):
        record(scope, kind, at=at, **details)
    page = text_of(signed_in("chloe"), f"/ledger/{newest_entry(scope, kind.name)}/")
    assert words in page
    assert kind.name not in page


def test_a_hash_is_shown_letter_by_letter(signed_in, scope, at):
    from bedside.correspondence.campaigns.entries import APPROVED

    with in_scope(scope):
        record(scope, APPROVED, at=at, hash="abc123")
    assert "Hash of what was shown abc123" in text_of(
        signed_in("chloe"), f"/ledger/{newest_entry(scope, APPROVED.name)}/"
    )
