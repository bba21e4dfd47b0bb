"""More restrictions never allow more; facts survive their bytes; nothing else is read as facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date
from typing import TYPE_CHECKING
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.decisions.gate.rules import (
    REASONS,
    AuthorizationFacts,
    BadFacts,
    Decision,
    Facts,
    MessageClass,
    MessageFacts,
    Part2Facts,
    PersonFacts,
    decide,
    replay,
)
from bedside.decisions.gate.rules.brief import brief, is_brief, mark_in, message_part, written_out
from bedside.decisions.gate.rules.deciding import FIRST_RULES
from bedside.records.consent.rules import (
    Answer,
    Category,
    ExpiryEvent,
    Sensitivity,
    StateProfile,
    SuppressionReason,
    Way,
)
from bedside.records.patients.rules import Relationship
from tests.decisions.gate.cases import TODAY, facts

if TYPE_CHECKING:
    from collections.abc import Callable

days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
purposes = st.lists(st.sampled_from(("cosmetic_offers", "wellness")), max_size=2, unique=True).map(tuple)
sensitivities = st.lists(st.sampled_from(Sensitivity), max_size=2, unique=True).map(tuple)
counts = st.none() | st.integers(0, 40)
papers = st.builds(
    AuthorizationFacts,
    signed_on=days,
    expires_on=st.none() | days,
    expires_event=st.none() | st.sampled_from(ExpiryEvent),
    revoked=st.booleans(),
    remuneration_stated=st.booleans(),
    sender_covered=st.booleans(),
    verified=st.booleans(),
    purposes=purposes,
    sensitivities=sensitivities,
    profile=st.sampled_from(StateProfile),
    found_false=st.booleans(),
)
part2_consents = st.builds(Part2Facts, purposes=purposes, until=st.none() | days, care_only=st.booleans())
people = st.builds(
    PersonFacts,
    address_usable=st.booleans(),
    deceased=st.booleans(),
    minor=st.none() | st.booleans(),
    representative_recorded=st.booleans(),
    prescription=st.none() | st.booleans(),
    answer=st.sampled_from(Answer),
    stopped_everything=st.booleans(),
    email_restricted=st.booleans(),
    suppression=st.none() | st.sampled_from(SuppressionReason),
    authorization=st.none() | papers,
    relationship=st.sampled_from(Relationship),
    jurisdiction=st.sampled_from(("", "CA", "IL", "NV", "NY", "TX", "WA")),
    paused_until=st.none() | days,
    monthly_max=counts,
    mailed=counts,
    address_proven=st.booleans(),
    other_way=st.none() | st.sampled_from(Way),
    part2_record=st.booleans(),
    part2_consent=st.none() | part2_consents,
    collection_consented=st.booleans(),
)
switches = {
    name: st.booleans()
    for name in (
        "opt_in_required", "approved", "postal_address_present", "unsubscribe_present", "encrypted_route",
        "research_basis_recorded", "fundraising_notice_recorded", "portal_route", "advertising_labelled",
        "part2_program", "address_proof_required",
    )
}  # fmt: skip
messages = st.builds(
    MessageFacts,
    campaign_id=st.uuids(),
    message_class=st.none() | st.sampled_from(MessageClass),
    category=st.sampled_from(Category),
    remuneration=st.none() | st.booleans(),
    sensitivities=sensitivities,
    authorization_purpose=st.sampled_from(("", "cosmetic_offers", "wellness")),
    monthly_cap=counts,
    **switches,
)
any_facts = st.builds(
    Facts,
    patient_id=st.uuids(),
    message=messages,
    person=people,
    asked_at=st.datetimes(timezones=st.just(UTC)),
    today=st.just(TODAY) | days,
)

PERSON_RESTRICTIONS: dict[str, dict[str, object]] = {
    "no address": {"address_usable": False},
    "deceased": {"deceased": True},
    "minor": {"minor": True},
    "no representative": {"representative_recorded": False},
    "no prescription": {"prescription": False},
    "refused": {"answer": Answer.REFUSED},
    "stopped": {"stopped_everything": True},
    "restricted": {"email_restricted": True},
    "bounced": {"suppression": SuppressionReason.BOUNCED},
    "no paper": {"authorization": None},
    "another way": {"other_way": Way.LETTER},
    "paused": {"paused_until": date(2030, 1, 1)},
    "none wanted": {"monthly_max": 0},
    "not counted": {"mailed": None},
    "mailed often": {"mailed": 99},
    "unproven": {"address_proven": False},
    "state unknown": {"jurisdiction": ""},
    "Part 2 record": {"part2_record": True},
    "no Part 2 consent": {"part2_consent": None},
    "no collection": {"collection_consented": False},
}
MESSAGE_RESTRICTIONS: dict[str, dict[str, object]] = {
    "opt-in required": {"opt_in_required": True},
    "not approved": {"approved": False},
    "no postal address": {"postal_address_present": False},
    "no unsubscribe": {"unsubscribe_present": False},
    "no route": {"encrypted_route": False},
    "paid": {"remuneration": True},
    "pay unknown": {"remuneration": None},
    "no class": {"message_class": None},
    "no research basis": {"research_basis_recorded": False},
    "no fundraising notice": {"fundraising_notice_recorded": False},
    "reveals": {"sensitivities": tuple(sorted(Sensitivity))},
    "no portal": {"portal_route": False},
    "no purpose": {"authorization_purpose": ""},
    "no label": {"advertising_labelled": False},
    "cap of none": {"monthly_cap": 0},
    "proof asked for": {"address_proof_required": True},
}
PAPER_RESTRICTIONS: dict[str, dict[str, object]] = {
    "revoked": {"revoked": True},
    "silent on pay": {"remuneration_stated": False},
    "other sender": {"sender_covered": False},
    "unseen": {"verified": False},
    "expired": {"expires_on": date(2023, 1, 1)},
    "other purpose": {"purposes": ("another",)},
    "purposes unknown": {"purposes": ()},
    "names nothing sensitive": {"sensitivities": ()},
    "known false": {"found_false": True},
}


def restricted(asked: Facts, name: str) -> Facts:
    if name in PERSON_RESTRICTIONS:
        return replace(asked, person=replace(asked.person, **PERSON_RESTRICTIONS[name]))
    if name in MESSAGE_RESTRICTIONS:
        return replace(asked, message=replace(asked.message, **MESSAGE_RESTRICTIONS[name]))
    held = asked.person.authorization
    if held is None:
        return asked
    return replace(
        asked, person=replace(asked.person, authorization=replace(held, **PAPER_RESTRICTIONS[name]))
    )


ALL = [*PERSON_RESTRICTIONS, *MESSAGE_RESTRICTIONS, *PAPER_RESTRICTIONS]


@given(any_facts, st.sampled_from(ALL))
def test_a_further_restriction_never_allows_what_was_not_allowed(asked: Facts, name: str) -> None:
    if decide(asked).decision is not Decision.ALLOW:
        assert decide(restricted(asked, name)).decision is not Decision.ALLOW


@given(st.sampled_from(MessageClass), st.booleans(), st.lists(st.sampled_from(ALL), min_size=1, max_size=4))
def test_restrictions_on_a_willing_person_only_ever_take_away(
    message_class: MessageClass, paid: bool, names: list[str]
) -> None:
    """Starts where the answer is mostly yes, which random facts seldom are."""
    asked = facts(message_class, about_message={"remuneration": paid})
    allowed = [decide(asked).decision is Decision.ALLOW]
    for name in names:
        asked = restricted(asked, name)
        allowed.append(decide(asked).decision is Decision.ALLOW)
    assert allowed == sorted(allowed, reverse=True)


UNKNOWN: dict[str, dict[str, object]] = {
    "minor": {"minor": True, "representative_recorded": False},
    "address": {"address_usable": False},
    "how often": {"mailed": None},
    "answer": {"answer": Answer.UNKNOWN},
    "prescription": {"prescription": None},
    "authorization": {"authorization": None},
    "state": {"jurisdiction": ""},
    "proof": {"address_proven": False},
    "Part 2 consent": {"part2_consent": None},
    "collection": {"collection_consented": False},
}


@given(any_facts, st.sampled_from(sorted(UNKNOWN)))
def test_a_missing_fact_never_allows_what_was_not_allowed(asked: Facts, name: str) -> None:
    # A no is known, and to forget it would be no missing fact but a lost one.
    if decide(asked).decision is not Decision.ALLOW and asked.person.answer is not Answer.REFUSED:
        assert (
            decide(replace(asked, person=replace(asked.person, **UNKNOWN[name]))).decision
            is not Decision.ALLOW
        )


@given(st.lists(st.tuples(any_facts, st.booleans()), min_size=1, max_size=6))
def test_what_is_kept_for_people_alike_changes_no_answer(asked: list[tuple[Facts, bool]]) -> None:
    """One message to several people, some with another state: as if each had been asked about alone."""
    first = asked[0][0]
    together = [decide(replace(one, message=first.message, today=first.today)) for one, _ in asked]
    alone = [decide(replace(one, message=replace(first.message), today=first.today)) for one, _ in asked]
    assert together == alone


FIRST_FORMAT_ONLY = {
    "message": (
        "sensitivities", "portal_route", "authorization_purpose", "advertising_labelled", "monthly_cap",
        "part2_program", "address_proof_required",
    ),
    "person": (
        "relationship", "jurisdiction", "paused_until", "monthly_max", "mailed", "address_proven", "other_way",
        "part2_record", "part2_consent", "collection_consented",
    ),
}  # fmt: skip


def in_first_format(asked: Facts) -> bytes:
    plain = orjson.loads(asked.to_bytes())
    plain["facts"] = 1
    for part, names in FIRST_FORMAT_ONLY.items():
        for name in names:
            del plain[part][name]
    for name in ("purposes", "sensitivities", "profile", "found_false"):
        if plain["person"]["authorization"] is not None:
            del plain["person"]["authorization"][name]
    return orjson.dumps(plain)


@given(any_facts)
def test_facts_of_the_first_format_replay_under_the_rules_of_their_time(asked: Facts) -> None:
    """Whenever they were made: an installation that was upgraded late holds some from after that day."""
    told = {reason.code for reason in replay(in_first_format(asked)).reasons}
    old = {reason.code for rule in FIRST_RULES for reason in rule.reasons}
    assert told <= old | {code for code in REASONS if code.startswith("basis_")}


def test_a_marketing_verdict_of_the_first_format_is_still_a_yes() -> None:
    assert replay(in_first_format(facts())).decision is Decision.ALLOW
    assert [one.code for one in replay(in_first_format(facts(authorization=None))).reasons] == [
        "authorization_missing"
    ]


@given(any_facts)
def test_always_gives_a_reason(asked: Facts) -> None:
    assert decide(asked).reasons


@given(any_facts)
def test_facts_survive_their_bytes_and_replay_to_the_same_verdict(asked: Facts) -> None:
    stored = asked.to_bytes()
    assert Facts.from_bytes(stored) == asked
    assert Facts.from_bytes(stored).to_bytes() == stored
    assert replay(stored) == decide(asked)


@given(any_facts)
def test_brief_facts_are_written_out_to_the_same_bytes(asked: Facts) -> None:
    (kept,) = brief([asked])
    part, mark = message_part(asked.message)
    assert is_brief(kept)
    assert mark_in(kept) == mark
    assert written_out(kept, message=part, patient_id=asked.patient_id) == asked.to_bytes()


@given(any_facts)
def test_brief_facts_belong_to_their_message_alone(asked: Facts) -> None:
    (kept,) = brief([asked])
    other, _ = message_part(replace(asked.message, approved=not asked.message.approved))
    with pytest.raises(BadFacts):
        written_out(kept, message=other, patient_id=asked.patient_id)


@given(st.binary(max_size=200) | st.just(b"[2]") | st.just(b'[3,"%s","","",[]]' % (b"00" * 16)))
def test_refuses_noise_as_brief_facts(kept: bytes) -> None:
    with pytest.raises(BadFacts):
        written_out(kept, message=b"{}", patient_id=UUID(int=1))


def test_brief_facts_of_most_people_are_short() -> None:
    (kept,) = brief([facts(authorization=None)])
    assert len(kept) < 200


def changed(change: Callable[[dict[str, object]], object]) -> bytes:
    plain = orjson.loads(facts().to_bytes())
    change(plain)
    return orjson.dumps(plain)


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"{}",
        b"[]",
        b"not facts",
        b'{"facts":1}' + b" " * 5000,
        changed(lambda plain: plain.update(facts=3)),
        changed(lambda plain: plain.update(more=1)),
        changed(lambda plain: plain["person"].pop("deceased")),
        changed(lambda plain: plain["person"].update(deceased=0)),
        changed(lambda plain: plain["person"].update(deceased=None)),
        changed(lambda plain: plain["person"].update(note="hello")),
        changed(lambda plain: plain["message"].update(message_class="gift")),
    ],
    ids=lambda stored: f"{len(stored)} bytes",
)
def test_reads_nothing_else_as_facts(stored: bytes) -> None:
    with pytest.raises(BadFacts):
        Facts.from_bytes(stored)


@given(st.binary(max_size=200))
def test_refuses_noise(stored: bytes) -> None:
    with pytest.raises(BadFacts):
        Facts.from_bytes(stored)
