"""The present state follows from the acts, and nothing unverified overrules a person's own word."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.ground.errors import Refusal
from bedside.records.consent.rules import (
    NOTHING_RECORDED,
    Answer,
    Category,
    Event,
    EventKind,
    ExpiryEvent,
    Paper,
    check_paper,
    fold,
)

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TODAY = AT.date()


def said(kind: str, *, verified: bool = True, category: str = "offers", **more: object) -> Event:
    has_category = kind in {"granted", "refused", "refusal_undone", "frequency_chosen", "paused"}
    terms = {
        "paused": {"until": "2026-12-24"},
        "other_way_asked": {"way": "phone"},
        "address_proven": {"mark": "0" * 16},
    }
    signed = {"signed_on": date(2026, 1, 1)} if kind == "authorization_recorded" else {}
    return Event(
        kind=kind,
        category=category if has_category else "",
        at=AT,
        source="phone" if verified else "import:1",
        verified=verified,
        **{**signed, "terms": terms.get(kind, {}), **more},
    )


def offers(*events: Event) -> Answer:
    return fold(events).permissions[Category.OFFERS].answer


def test_says_nothing_about_a_person_without_acts() -> None:
    assert fold([]) == NOTHING_RECORDED


@pytest.mark.parametrize(
    ("acts", "answer"),
    [
        pytest.param([("granted", True)], Answer.GRANTED, id="a yes"),
        pytest.param([("granted", True), ("refused", True)], Answer.REFUSED, id="the last word counts"),
        pytest.param([("refused", True), ("granted", True)], Answer.GRANTED, id="own new yes"),
        pytest.param([("granted", False)], Answer.GRANTED, id="a yes from a file"),
        pytest.param([("refused", True), ("granted", False)], Answer.REFUSED, id="no file overrules a no"),
        pytest.param([("granted", True), ("refused", False)], Answer.REFUSED, id="a file may say no"),
        pytest.param([("refused", False), ("granted", False)], Answer.GRANTED, id="a newer file"),
        pytest.param(
            [("refused", True), ("refused", False), ("granted", False)], Answer.REFUSED, id="nor two files"
        ),
    ],
)
def test_counts_the_last_word(acts: list[tuple[str, bool]], answer: Answer) -> None:
    assert offers(*(said(kind, verified=verified) for kind, verified in acts)) is answer


def test_no_file_undoes_a_persons_own_stop() -> None:
    stopped = fold([said("stopped_everything"), said("resumed", verified=False)])
    assert stopped.stopped_everything_at == AT
    assert fold([said("stopped_everything"), said("resumed")]).stopped_everything_at is None
    from_file = [said("stopped_everything", verified=False), said("resumed", verified=False)]
    assert fold(from_file).stopped_everything_at is None


def test_a_file_puts_no_paper_in_the_place_of_one_that_was_seen() -> None:
    seen = said("authorization_recorded", sender_covered=True)
    later = said("authorization_recorded", verified=False, signed_on=date(2026, 6, 1))
    held = fold([seen, later]).authorization
    assert held is not None
    assert held.verified
    assert held.signed_on == date(2026, 1, 1)


def test_a_revoked_authorization_stays_revoked_whatever_a_file_says() -> None:
    acts = [
        said("authorization_recorded"),
        said("authorization_revoked"),
        said("authorization_recorded", verified=False),
    ]
    held = fold(acts).authorization
    assert held is not None
    assert held.revoked_at == AT
    renewed = fold([*acts, said("authorization_recorded")]).authorization
    assert renewed is not None
    assert renewed.revoked_at is None


def test_does_not_read_an_unknown_act_as_permission() -> None:
    with pytest.raises(KeyError):
        fold([said("granted"), said("waved_hands")])


def test_keeps_restrictions_and_representatives_until_they_end() -> None:
    state = fold([said("restricted"), said("representative_recorded")])
    assert state.email_restricted
    assert state.representative_recorded
    state = fold([said("restricted"), said("restriction_lifted"), said("representative_ended")])
    assert not state.email_restricted
    assert not state.representative_recorded


events = st.builds(
    said,
    st.sampled_from([kind.value for kind in EventKind]),
    verified=st.booleans(),
    category=st.sampled_from([category.value for category in Category]),
)


@given(st.lists(events, max_size=30), st.lists(events, max_size=5))
def test_nothing_unverified_turns_a_persons_no_into_a_yes(before: list[Event], after: list[Event]) -> None:
    after = [event._replace(verified=False) for event in after]
    state = fold(before)
    later = fold([*before, *after])
    for category in Category:
        held = state.permissions[category]
        if held.answer is Answer.REFUSED and held.verified:
            assert later.permissions[category].answer is Answer.REFUSED
    if state.stop_verified:
        assert later.stopped_everything_at is not None


@given(st.lists(events, max_size=30))
def test_saying_the_same_again_changes_nothing(acts: list[Event]) -> None:
    refused = said("refused")
    once, twice = fold([*acts, refused]), fold([*acts, refused, refused])
    assert once == twice
    assert once.permissions[Category.OFFERS].answer is Answer.REFUSED


@given(st.lists(events, max_size=20))
def test_an_undone_no_leaves_what_was_said_before(acts: list[Event]) -> None:
    clicked = said("refused")._replace(source="unsubscribe_link")
    state = fold([*acts, clicked, said("refusal_undone")])
    assert state == fold(acts)


@pytest.mark.parametrize(
    ("sources", "beyond"),
    [
        (["unsubscribe_link"], False),
        (["phone"], True),
        (["preference_page", "paper"], True),
        (["paper", "unsubscribe_link"], True),
    ],
)
def test_knows_a_stop_that_staff_recorded(sources: list[str], beyond: object) -> None:
    acts = [said("stopped_everything")._replace(source=source) for source in sources]
    assert fold(acts).stop_beyond_links is beyond
    assert not fold([*acts, said("resumed")]).stop_beyond_links


def paper(**changes: object) -> Paper:
    values = {
        "signed_on": date(2026, 11, 1),
        "expires_on": date(2027, 11, 1),
        "expires_event": None,
        "remuneration_stated": False,
        "sender_covered": True,
    }
    return Paper(**{**values, **changes})


@pytest.mark.row("AUT-02", "AUT-05", "AUT-06")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"signed_on": date(2026, 11, 21)}, "signed_in_future", id="AUT-06 tomorrow"),
        pytest.param({"expires_on": None}, "authorization_without_end", id="AUT-05 no end"),
        pytest.param({"expires_on": date(2026, 10, 31)}, "expires_before_signed", id="ends before it starts"),
        pytest.param({"sender_covered": False}, "sender_not_named", id="AUT-02 another clinic"),
    ],
)
def test_refuses_a_paper_that_is_no_authorization(changes: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_paper(paper(**changes), today=TODAY)
    assert refused.value.code == code


def test_takes_a_paper_that_ends_by_date_or_by_event() -> None:
    check_paper(paper(), today=TODAY)
    check_paper(paper(expires_on=None, expires_event=ExpiryEvent.LEFT_PRACTICE), today=TODAY)
