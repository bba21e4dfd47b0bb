"""The five defects of 45 CFR 164.508(b)(2), each by its paragraph."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.records.authorizations.rules import (
    DefectCode,
    Part,
    SignedFacts,
    SignerKind,
    defects,
    validity,
)
from bedside.records.consent.rules import ExpiryEvent

TODAY = date(2026, 11, 20)
SOUND = SignedFacts(signed_on=date(2026, 1, 5), expires_on=date(2027, 1, 4), expires_event=None)


def test_counts_when_nothing_is_wrong_with_it():
    assert validity(SOUND, today=TODAY) is None


@pytest.mark.row("AUT-12")
@pytest.mark.parametrize(
    ("changes", "paragraph"),
    [
        pytest.param({"expires_on": date(2026, 11, 19)}, "(i)", id="expired"),
        pytest.param({"missing": (Part.REVOKE,)}, "(ii)", id="incomplete"),
        pytest.param({"revoked_at": datetime(2026, 11, 1, tzinfo=UTC)}, "(iii)", id="revoked"),
        pytest.param({"combined": True}, "(iv)", id="compound"),
        pytest.param({"conditioned": True}, "(iv)", id="conditioned"),
        pytest.param({"found_false": True}, "(v)", id="false"),
    ],
)
def test_names_the_defect_and_its_paragraph(changes, paragraph):
    found = validity(replace(SOUND, **changes), today=TODAY)
    assert found is not None
    assert found.citation == f"45 CFR 164.508(b)(2){paragraph}"
    assert found.sentence.endswith(".")


@pytest.mark.row("AUT-06")
def test_a_representative_without_authority_is_no_signer():
    by_mother = replace(SOUND, signer=SignerKind.REPRESENTATIVE)
    assert validity(by_mother, today=TODAY) is None
    found = validity(replace(by_mother, authority_given=False), today=TODAY)
    assert found is not None
    assert found.code is DefectCode.INCOMPLETE


@pytest.mark.row("AUT-06")
@pytest.mark.parametrize("signed_on", [None, date(2026, 11, 21)])
def test_unsigned_or_signed_tomorrow_is_incomplete(signed_on):
    found = validity(replace(SOUND, signed_on=signed_on), today=TODAY)
    assert found is not None
    assert found.code is DefectCode.INCOMPLETE


@pytest.mark.parametrize(
    ("today", "counts"),
    [(date(2027, 1, 4), True), (date(2027, 1, 5), False), (date(2028, 2, 29), False)],
)
def test_the_last_day_still_counts(today, counts):
    assert (validity(SOUND, today=today) is None) is counts


def test_an_end_by_event_or_never_is_an_end():
    assert validity(replace(SOUND, expires_on=None), today=TODAY) is not None
    by_event = replace(SOUND, expires_on=None, expires_event=ExpiryEvent.STUDY_ENDED)
    assert validity(by_event, today=TODAY) is None
    assert validity(replace(SOUND, expires_on=None, never_expires=True), today=TODAY) is None


@pytest.mark.row("AUT-20")
def test_what_nobody_has_seen_is_incomplete():
    found = validity(replace(SOUND, verified=False), today=TODAY)
    assert found is not None
    assert found.citation == "45 CFR 164.508(b)(2)(ii)"


FLAWS = {
    "expires_on": date(2026, 1, 6),
    "missing": (Part.REASON,),
    "revoked_at": datetime(2026, 2, 1, tzinfo=UTC),
    "combined": True,
    "found_false": True,
}


@given(st.sets(st.sampled_from(sorted(FLAWS))))
def test_another_flaw_never_makes_it_count_again(names):
    """One defect for each flaw, all of them named."""
    flawed = replace(SOUND, **{name: FLAWS[name] for name in names})
    assert len(defects(flawed, today=TODAY)) == len(names)
    assert (validity(flawed, today=TODAY) is None) is (not names)
