"""What a mail would reveal, counted over records and charts: audiences of which the truth is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bedside.decisions.segments import index, revealing
from bedside.decisions.segments.actions import save
from bedside.decisions.segments.queries import EVERYBODY
from bedside.decisions.segments.rules import All, Within, from_json
from bedside.decisions.segments.rules.reveals import Cause, Level
from bedside.decisions.segments.rules.reveals_given import by_sender, is_neutral
from bedside.decisions.segments.rules.reveals_words import sentence_of
from bedside.ground.identity import new_id
from bedside.kit.terminology import Sensitivity, System
from bedside.records.charts import actions as charts
from bedside.records.patients import actions as patients
from bedside.records.patients.rules import Patient
from bedside.safeguards.practices.actions import change_profile
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.practices.rules import Specialty
from tests.records.charts.people import condition

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _forget():
    index.forget_columns()
    revealing.forget_memberships()
    yield
    index.forget_columns()
    revealing.forget_memberships()


def people(how_many: int, **known) -> list[Patient]:
    return [
        Patient(
            id=new_id(), mrn=f"MS-{new_id().hex}", email=f"zq{new_id().hex}@reader.example", **known
        )
        for _ in range(how_many)
    ]  # fmt: skip


def save_people(scope, at, *groups: list[Patient]) -> None:
    patients.save_many(
        scope, new=[one for group in groups for one in group], changed=[], source="test", at=at
    )


def chart(scope, at, group: list[Patient], *codes: tuple[System, str]) -> None:
    charts.save_entries(scope, {one.id: [condition(codes=codes)] for one in group}, at=at, for_member=None)


def interest(word: str):
    return from_json({"field": "interests", "is": "has", "value": word})


def told(scope, rule, at):
    return revealing.reveal(scope, rule, today=TODAY, at=at)


def by_cause(reveal, cause: Cause) -> dict[str, object]:
    return {one.key: one for one in reveal.findings if one.cause is cause}


@pytest.mark.row("MKT-17")
def test_finds_the_condition_that_an_interest_hides(scope, at):
    """94 of 100 who asked for news about walking have diabetes, of whom there are 150 among 1,000."""
    walkers, ill = people(6, interests=("walking",)), people(94, interests=("walking",))
    others_ill, others = people(56), people(844)
    save_people(scope, at, walkers, ill, others_ill, others)
    chart(scope, at, [*ill, *others_ill], (System.ICD10CM, "E11.9"))
    reveal = told(scope, interest("walking"), at)
    found = by_cause(reveal, Cause.RECIPIENTS)["diabetes"]
    assert found.certainty == pytest.approx(0.94, abs=0.001)
    assert found.usual == pytest.approx(0.15, abs=0.001)
    assert found.level is Level.PHI
    assert reveal.is_phi
    assert "can guess, with 94% certainty, diabetes" in sentence_of(found, exact=True)
    assert "E08-E13" not in by_cause(reveal, Cause.RECIPIENTS)  # the same people under another name


def test_finds_it_in_free_words_too(scope, at):
    ill = people(40, interests=("walking",), conditions=("Type 2 Diabetes",))
    save_people(scope, at, ill, people(60, interests=("walking",)), people(900))
    found = by_cause(told(scope, interest("walking"), at), Cause.RECIPIENTS)
    assert found["diabetes"].certainty == pytest.approx(0.4)
    assert found["diabetes"].level is Level.WARNING  # 40 of 100: the lower end is below 30%


def test_finds_words_that_only_this_practice_uses(scope, at):
    ill = people(50, interests=("walking",), conditions=("Zqmark syndrome",))
    save_people(scope, at, ill, people(950))
    found = by_cause(told(scope, interest("walking"), at), Cause.RECIPIENTS)
    assert found["word:zqmark syndrome"].level is Level.PHI


def test_calls_a_fair_audience_harmless(scope, at):
    ill = people(15, interests=("walking",), conditions=("diabetes",))
    well = people(85, interests=("walking",))
    save_people(scope, at, ill, well, people(135, conditions=("diabetes",)), people(765))
    assert told(scope, interest("walking"), at).findings == ()
    assert told(scope, EVERYBODY, at).findings == ()


@pytest.mark.row("MKT-17")
def test_tells_what_not_getting_it_tells(scope, at):
    """Everybody but those who go to the group for people with HIV: who gets none is one of them."""
    positive = people(20, interests=("circle",))
    save_people(scope, at, positive, people(980))
    chart(scope, at, positive, (System.ICD10CM, "B20"))
    rule = from_json({"not": {"field": "interests", "is": "has", "value": "circle"}})
    reveal = told(scope, rule, at)
    found = by_cause(reveal, Cause.LEFT_OUT)["hiv"]
    assert found.level is Level.SPECIAL
    assert found.certainty == 1
    assert reveal.classes == {Sensitivity.HIV}
    assert "did not get this mail" in sentence_of(found, exact=True)


def test_counts_as_left_out_only_who_could_have_got_it(scope, at):
    """Without an address nobody expects mail, so they cannot hide those who were left out on purpose."""
    positive = people(20, interests=("circle",))
    unreachable = [Patient(id=new_id(), mrn=f"MS-{number}") for number in range(900)]
    save_people(scope, at, positive, people(80), unreachable)
    chart(scope, at, positive, (System.ICD10CM, "B20"))
    rule = from_json({"not": {"field": "interests", "is": "has", "value": "circle"}})
    assert by_cause(told(scope, rule, at), Cause.LEFT_OUT)["hiv"].certainty == 1


def test_an_audience_of_three_does_not_alarm_and_three_alike_do(scope, at):
    three = people(3, interests=("chess",))
    alike = people(3, interests=("bridge",))
    save_people(scope, at, three, alike, people(994))
    chart(scope, at, three[:1], (System.ICD10CM, "E11.9"))
    chart(scope, at, alike, (System.ICD10CM, "F32.9"))
    assert told(scope, interest("chess"), at).findings == ()
    reveal = told(scope, interest("bridge"), at)
    assert reveal.level is Level.SPECIAL
    assert reveal.findings[0].certainty is None  # it would count persons


def test_nobody_gets_it_and_nothing_is_told(scope, at):
    save_people(scope, at, people(20, conditions=("diabetes",)))
    assert told(scope, interest("walking"), at).findings == ()


@pytest.mark.parametrize(
    ("rule", "label", "level"),
    [
        ({"field": "conditions", "is": "has", "value": "diabetes"}, "diabetes", Level.PHI),
        ({"field": "conditions", "is": "has", "value": "HIV"}, "HIV", Level.SPECIAL),
        ({"not": {"field": "medications", "is": "has", "value": "Suboxone"}}, "Suboxone", Level.SPECIAL),
        ({"field": "tags", "is": "has", "value": "diabetes class"}, "diabetes class", Level.PHI),
        ({"field": "interests", "is": "has", "value": "IVF"}, "IVF", Level.SPECIAL),
        (
            {"field": "last_visit", "is": "not_within_days", "value": 180},
            "Last visit (a date or a name from their care)",
            Level.PHI,
        ),
    ],
)
def test_tells_by_what_people_are_chosen(scope, at, rule, label, level):
    save_people(
        scope, at,
        people(20, conditions=("diabetes", "HIV"), tags=("diabetes class",), interests=("IVF",)),
    )  # fmt: skip
    found = by_cause(told(scope, from_json(rule), at), Cause.RULE)
    assert [(one.label, one.level) for one in found.values()] == [(label, level)]


def test_an_interest_in_sleep_is_an_interest(scope, at):
    save_people(scope, at, people(20, interests=("sleep",)))
    assert told(scope, interest("sleep"), at).findings == ()


def test_looks_into_segments_within(scope, at):
    save_people(scope, at, people(20, conditions=("diabetes",)))
    inner = save(
        scope,
        segment_id=None,
        name="Diabetics",
        rule=from_json({"field": "conditions", "is": "has", "value": "diabetes"}),
        at=at,
    )
    reveal = told(scope, All((Within(segment_id=inner),)), at)
    assert by_cause(reveal, Cause.RULE)


def test_a_telling_sender_tells_with_every_mail(scope, at):
    save_people(scope, at, people(20))
    change_profile(scope, replace(profile(scope), specialty=Specialty.ONCOLOGY), at=at)
    found = by_cause(told(scope, EVERYBODY, at), Cause.SENDER)
    assert found["sender"].label == "cancer"
    assert found["sender"].level is Level.PHI


def test_a_part_2_program_tells_of_substance_use(scope):
    [found] = by_sender(replace(profile(scope), part2_program=True))
    assert found.sensitivity is Sensitivity.SUBSTANCE_USE


@pytest.mark.parametrize("name", ["Maple Street Family Practice", "Oak Clinic", "News from Dr. Maple", ""])
def test_takes_a_plain_name_for_neutral(name):
    assert is_neutral(name)


@pytest.mark.parametrize(
    "name",
    ["Larkspur Recovery", "Maple Street HIV Care", "Fairhaven Behavioral-Health", "Oak Fertility", "Spring Detox",
     "Hope Women's Health", "Cancer Center of Larkspur"],
)  # fmt: skip
def test_takes_a_telling_name_for_what_it_is(name):
    assert not is_neutral(name)


def test_a_stricter_practice_finds_more(scope, at):
    ill = people(25, interests=("walking",), conditions=("diabetes",))
    save_people(scope, at, ill, people(75, interests=("walking",)), people(900))
    assert told(scope, interest("walking"), at).level is Level.WARNING
    change_profile(scope, replace(profile(scope), reveal_warn_percent=5, reveal_phi_percent=10), at=at)
    assert told(scope, interest("walking"), at).level is Level.PHI


def test_is_as_fresh_as_the_records(scope, at):
    walkers = people(50, interests=("walking",))
    save_people(scope, at, walkers, people(450))
    assert told(scope, interest("walking"), at).findings == ()
    chart(scope, at, walkers, (System.ICD10CM, "F32.9"))
    assert told(scope, interest("walking"), at).level is Level.SPECIAL


def test_knows_codes_that_came_after_it_was_first_asked(scope, at):
    walkers = people(50, interests=("walking",))
    save_people(scope, at, walkers, people(450))
    assert told(scope, interest("walking"), at).findings == ()
    chart(scope, at, walkers[:1], (System.ICD10CM, "M10.9"))
    assert told(scope, interest("walking"), at).findings == ()
    chart(scope, at, walkers[1:], (System.ICD10CM, "F32.9"))
    assert told(scope, interest("walking"), at).level is Level.SPECIAL


def test_advises_what_to_leave_out_and_whom_to_add(scope, at):
    ill = people(40, interests=("walking",), city="Larkspur", conditions=("diabetes",))
    save_people(scope, at, ill, people(160, city="Larkspur"), people(1_800))
    rule = from_json({"all": [
        {"field": "city", "is": "is", "value": "Larkspur"}, {"field": "interests", "is": "has", "value": "walking"},
    ]})  # fmt: skip
    first, second = revealing.advice(scope, rule, today=TODAY, at=at, exact=True)
    assert "interests" in first.removed.lower()
    assert "200 patients would be in it" in first.sentence
    assert second.added == pytest.approx(115, abs=6)  # 40 of 155 are a little over a quarter


def test_advice_hides_small_counts_from_who_may_not_see_patients(scope, at):
    ill = people(5, interests=("bridge",), city="Larkspur", conditions=("diabetes",))
    save_people(scope, at, ill, people(4, city="Larkspur"), people(991))
    rule = from_json({"all": [
        {"field": "city", "is": "is", "value": "Larkspur"}, {"field": "interests", "is": "has", "value": "bridge"},
    ]})  # fmt: skip
    for one in revealing.advice(scope, rule, today=TODAY, at=at, exact=False):
        assert "9 patients" not in one.sentence


def test_has_no_advice_where_nothing_is_told(scope, at):
    save_people(scope, at, people(50))
    assert revealing.advice(scope, EVERYBODY, today=TODAY, at=at, exact=True) == ()
