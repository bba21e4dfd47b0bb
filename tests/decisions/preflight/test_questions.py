"""Seventeen questions: one good campaign passes them all, and each way to spoil it is caught by its own question."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.decisions.preflight.rules import (
    ASKED,
    WAIVABLE,
    Facts,
    House,
    Kind,
    Light,
    People,
    Question,
    Register,
    Sending,
    Statement,
    Trial,
    Word,
    Written,
    findings,
    sheet,
)
from bedside.decisions.preflight.rules.answers import mark_of

TODAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
BOUND = "ab" * 32


def statement(register: Register, *, until: date = TODAY + timedelta(days=60)) -> Statement:
    return Statement(id=UUID(int=len(register)), register=register, account_id="chloe", at=AT, until=until)


GOOD = Facts(
    house=House(
        today=TODAY,
        members=4,
        without_second_factor=0,
        second_factor_required=True,
        idle_minutes=15,
        may_stop=1,
        statements={register: statement(register) for register in Register},
    ),
    written=Written(
        content_hash="cd" * 32,
        problems=(),
        subject="Flu shots are here this week",
        telling=(),
        hints=0,
        grade=6.5,
        faults=(),
        has_text=True,
        unsubscribes=True,
        has_postal_address=True,
        is_labelled=True,
        fields=("first_name",),
        unfit_fields=(),
        pictures=1,
        unusable_pictures=0,
        stand_in="",
        foreign_hosts=(),
    ),
    people=People(
        total=100, allowed=90, suppressed=8, held=2, held_for_route=0, digest="ef" * 32, unknown_relationship=1,
        new_to_us=0, looked_at=90, asks_special=False,
    ),
    sending=Sending(
        bound=BOUND,
        message_class="general_health",
        purpose="inform",
        remuneration=False,
        says_what_it_reveals=True,
        reveal_level="nothing",
        needs_opt_out=True,
        needs_postal_address=True,
        needs_label=True,
        relay_host="relay.example",
        dkim_bits=2048,
        sender_domain="maple.example",
        approved=True,
        author_approved=False,
        approver_sees_special=False,
        begins_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        tests=(Trial(id=UUID(int=1), host="relay.example", at=AT),),
    ),
)  # fmt: skip


def house(facts: Facts, **changes: object) -> Facts:
    return replace(facts, house=replace(facts.house, **changes))


def written(facts: Facts, **changes: object) -> Facts:
    return replace(facts, written=replace(facts.written, **changes))


def people(facts: Facts, **changes: object) -> Facts:
    return replace(facts, people=replace(facts.people, **changes))


def sending(facts: Facts, **changes: object) -> Facts:
    return replace(facts, sending=replace(facts.sending, **changes))


def without(register: Register) -> dict[Register, Statement]:
    return {one: held for one, held in GOOD.house.statements.items() if one is not register}


def words(facts: Facts) -> list[Word]:
    """What somebody said who has looked at the test mail of these facts."""
    found = next(one for one in findings(facts) if one.question is Question.TEST)
    return [
        Word(
            question=Question.TEST, kind=Kind.CONFIRMED, account_id="omar", at=AT, mark=mark_of(found, bound=BOUND)
        )
    ]  # fmt: skip


def answered(facts: Facts, said: list[Word] | None = None):
    return sheet(findings(facts), words(facts) if said is None else said, bound=facts.sending.bound)


RED = [
    (Question.ACCESS, house(GOOD, without_second_factor=1)),
    (Question.ACCESS, house(GOOD, idle_minutes=60)),
    (Question.ACCESS, house(GOOD, statements=without(Register.ACCESS))),
    (Question.PROCEDURE, house(GOOD, statements=without(Register.PROCEDURE))),
    (Question.ENCRYPTION, sending(GOOD, relay_host="")),
    (Question.HEALTH, written(GOOD, telling=None)),
    (Question.HEALTH, written(GOOD, telling=("link",))),
    (Question.HEALTH, sending(GOOD, reveal_level="")),
    (Question.TRAINING, house(GOOD, statements=without(Register.TRAINING))),
    (Question.MALWARE, written(GOOD, attachments=1)),
    (Question.AGREEMENTS, house(GOOD, statements=without(Register.AGREEMENTS))),
    (Question.REASON, sending(GOOD, purpose="")),
    (Question.REASON, sending(GOOD, remuneration=None)),
    (Question.SUBJECT, written(GOOD, subject="Re: your appointment")),
    (Question.SUBJECT, written(GOOD, subject="FLU SHOTS ARE HERE")),
    (Question.SUBJECT, written(GOOD, subject=" ")),
    (Question.READING, written(GOOD, has_text=False)),
    (Question.READING, written(GOOD, stand_in="Write here when you are open")),
    (Question.TEST, sending(GOOD, tests=())),
    (Question.BASIS, people(GOOD, allowed=None)),
    (Question.BASIS, people(GOOD, allowed=0)),
    (Question.OPT_OUT, written(GOOD, unsubscribes=False)),
    (Question.OPT_OUT, written(GOOD, has_postal_address=False)),
    (Question.OPT_OUT, written(GOOD, is_labelled=False)),
    (Question.MINIMUM, written(GOOD, unfit_fields=("conditions",))),
    (Question.MINIMUM, people(GOOD, asks_special=True)),
    (Question.MINIMUM, written(GOOD, unusable_pictures=1)),
    (Question.TRUST, sending(GOOD, dkim_bits=1024)),
    (Question.TRUST, sending(GOOD, dkim_bits=0)),
    (Question.TRUST, house(GOOD, statements=without(Register.DOMAIN))),
    (Question.PLAN, sending(GOOD, approved=False)),
    (Question.PLAN, sending(GOOD, author_approved=True)),
    (Question.PLAN, house(GOOD, may_stop=0)),
    (Question.PLAN, written(GOOD, foreign_hosts=("tracker.example",))),
]
AMBER = [
    (Question.ACCESS, house(GOOD, statements=GOOD.house.statements | {
        Register.ACCESS: statement(Register.ACCESS, until=TODAY + timedelta(days=14))})),
    (Question.ENCRYPTION, people(GOOD, held_for_route=2)),
    (Question.HEALTH, sending(GOOD, reveal_level="phi", says_what_it_reveals=False)),
    (Question.SUBJECT, written(GOOD, subject="Flu shot")),
    (Question.SUBJECT, written(GOOD, subject="f" * 61)),
    (Question.FIT, people(GOOD, unknown_relationship=6)),
    (Question.FIT, people(GOOD, new_to_us=90)),
    (Question.READING, written(GOOD, grade=8.5)),
    (Question.READING, written(GOOD, faults=("A picture has no description.",))),
    (Question.PLAN, sending(GOOD, begins_at=datetime(2026, 11, 21, 10, tzinfo=UTC))),
    (Question.PLAN, sending(GOOD, begins_at=datetime(2026, 11, 20, 3, tzinfo=UTC))),
]  # fmt: skip


def test_one_good_campaign_passes_all():
    found = answered(GOOD)
    assert [one.question for one in found.answers] == list(Question) == list(ASKED)
    assert {one.light for one in found.answers} == {Light.GREEN}


@pytest.mark.row("MKT-25")
@pytest.mark.parametrize(("question", "facts"), RED)
def test_each_fault_is_caught_by_its_own_question(question, facts):
    found = answered(facts)
    assert [one.question for one in found.blocking] == [question]
    only = found.blocking[0]
    assert only.finding.said.endswith(".")
    assert only.finding.to_do.endswith((".", ")"))


def test_every_question_can_be_red_or_amber():
    assert {question for question, _ in (*RED, *AMBER)} == set(Question)


@pytest.mark.parametrize(("question", "facts"), AMBER)
def test_warns_and_lets_it_go(question, facts):
    found = answered(facts)
    assert found.blocking == ()
    assert [one.question for one in found.answers if one.light is Light.AMBER] == [question]


def test_a_transactional_mail_needs_no_way_to_say_no():
    facts = written(
        sending(GOOD, needs_opt_out=False, needs_label=False), unsubscribes=False, is_labelled=False
    )
    assert answered(facts).blocking == ()


def test_nobody_needs_to_have_approved_before_they_are_asked():
    assert answered(sending(GOOD, approved=None)).blocking == ()


def test_a_test_counts_only_once_somebody_has_looked_at_it():
    found = answered(GOOD, said=[])
    assert [one.question for one in found.blocking] == [Question.TEST]
    assert found.blocking[0].may_confirm


def waived(facts: Facts, question: Question) -> list[Word]:
    found = next(one for one in findings(facts) if one.question is question)
    return [
        *words(facts),
        Word(
            question=question, kind=Kind.WAIVED, account_id="chloe", at=AT, mark=mark_of(found, bound=BOUND)
        ),
    ]


@pytest.mark.parametrize(("question", "facts"), RED)
def test_only_organisational_questions_can_be_waived(question, facts):
    found = answered(facts, said=waived(facts, question))
    expected = Light.AMBER if question in WAIVABLE else Light.RED
    assert found.answers[question - 1].light is expected


def test_a_confirmation_does_not_hide_what_is_red():
    facts = house(GOOD, without_second_factor=2)
    found = next(one for one in findings(facts) if one.question is Question.ACCESS)
    said = [
        *words(facts),
        Word(
            question=Question.ACCESS,
            kind=Kind.CONFIRMED,
            account_id="omar",
            at=AT,
            mark=mark_of(found, bound=BOUND),
        ),
    ]
    assert [one.question for one in answered(facts, said=said).blocking] == [Question.ACCESS]


@pytest.mark.parametrize(
    "changed",
    [
        house(GOOD, without_second_factor=2),
        sending(house(GOOD, without_second_factor=1), bound="12" * 32),
        house(GOOD, without_second_factor=1, members=5),
    ],
)
def test_a_word_is_void_when_what_it_was_about_changes(changed):
    was = house(GOOD, without_second_factor=1)
    said = waived(was, Question.ACCESS)
    assert answered(was, said=said).blocking == ()
    assert Question.ACCESS in [one.question for one in answered(changed, said=said).blocking]


def test_the_test_of_other_content_does_not_count():
    said = words(GOOD)
    other = written(GOOD, content_hash="00" * 32)
    assert [one.question for one in answered(other, said=said).blocking] == [Question.TEST]


def test_the_last_word_counts():
    facts = house(GOOD, statements=without(Register.TRAINING))
    said = waived(facts, Question.TRAINING)
    again = replace(said[-1], account_id="ada", words="once more")
    assert answered(facts, said=[*said, again]).answers[Question.TRAINING - 1].word == again


@given(st.sampled_from([facts for _, facts in (*RED, *AMBER)]), st.binary(min_size=32, max_size=32))
def test_no_other_mark_turns_a_light(facts, mark):
    said = [
        Word(question=question, kind=kind, account_id="x", at=AT, mark=mark)
        for question in Question
        for kind in Kind
    ]
    assert [one.light for one in answered(facts, said=said).answers] == [
        one.light for one in answered(facts, said=[]).answers
    ]


def test_evidence_is_plain_and_names_nobody():
    for facts in (GOOD, *(facts for _, facts in (*RED, *AMBER))):
        for finding in findings(facts):
            assert all(isinstance(value, str | int | bool | None) for value in finding.evidence.values())
            assert (
                facts.written.subject not in map(str, finding.evidence.values())
                or not facts.written.subject.strip()
            )
