"""What receiving a mail, or not receiving it, tells: the arithmetic, the levels and the words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.decisions.segments.rules.reveals import (
    SHOWN_MAX,
    Cause,
    Counts,
    Finding,
    Group,
    Level,
    Reveal,
    Thresholds,
    gathered,
    judged,
    lowest,
    odds,
    others_to_add,
    usual,
)
from bedside.decisions.segments.rules.reveals_words import from_plain, percent, sentence_of, to_plain
from bedside.kit.terminology import Sensitivity

DIABETES = Group(key="diabetes", label="Diabetes", sensitivity=Sensitivity.HEALTH)
DEPRESSION = Group(key="depression", label="Depression", sensitivity=Sensitivity.MENTAL_HEALTH)
CITY = Group(key="city", label="City", sensitivity=Sensitivity.IDENTITY)
DEFAULT = Thresholds()


def counts(inside: int, people: int, overall: int, everybody: int, *, group: Group = DIABETES) -> Counts:
    return Counts(group=group, inside=inside, people=people, overall=overall, everybody=everybody)


def level(*numbers: int, group: Group = DIABETES, thresholds: Thresholds = DEFAULT) -> Level:
    found = judged(counts(*numbers, group=group), thresholds, cause=Cause.RECIPIENTS)
    return found.level if found else Level.NOTHING


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((940, 1_000, 10_000, 100_000), Level.PHI),
        ((100, 1_000, 10_000, 100_000), Level.NOTHING),  # as common as anywhere
        ((450, 1_000, 45_000, 100_000), Level.NOTHING),  # common, and no commoner than anywhere
        ((600, 1_000, 45_000, 100_000), Level.NOTHING),  # a guess little better than before
        ((950, 1_000, 45_000, 100_000), Level.PHI),  # twice as often, but odds of 19 to 1 instead of 1 to 1
        (
            (970, 1_000, 90_000, 100_000),
            Level.WARNING,
        ),  # nearly everybody has it: odds twice, not three times
        ((200, 1_000, 5_000, 100_000), Level.WARNING),
        (
            (50, 1_000, 500, 100_000),
            Level.NOTHING,
        ),  # ten times as often, and still wrong nineteen times in twenty
        ((0, 1_000, 10_000, 100_000), Level.NOTHING),
        ((0, 0, 0, 0), Level.NOTHING),
    ],
)
def test_judges_a_group_by_certainty_and_by_what_was_known_before(numbers, expected) -> None:
    assert level(*numbers) is expected


def test_takes_a_specially_protected_group_for_more_telling_than_another() -> None:
    numbers = (200, 1_000, 5_000, 100_000)
    assert level(*numbers) is Level.WARNING
    assert level(*numbers, group=DEPRESSION) is Level.SPECIAL


def test_finds_nothing_in_what_is_not_about_health() -> None:
    assert level(1_000, 1_000, 1_000, 100_000, group=CITY) is Level.NOTHING


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((1, 3, 10_000, 100_000), Level.NOTHING),  # one of three happens to have it
        ((1, 1, 10_000, 100_000), Level.NOTHING),  # everybody has something
        (
            (2, 3, 10_000, 100_000),
            Level.PHI,
        ),  # two of three share what one in ten has: no benefit of the doubt
        ((2, 3, 60_000, 100_000), Level.NOTHING),  # what most people have
        ((10, 10, 10_000, 100_000), Level.PHI),
        ((2, 20, 1_000, 100_000), Level.NOTHING),  # chance
        ((4, 12, 10_000, 100_000), Level.NOTHING),  # twelve people: the interval is wide
        ((12, 12, 10_000, 100_000), Level.PHI),
    ],
)
def test_lets_chance_alarm_nobody_and_few_people_hide_nothing(numbers, expected) -> None:
    assert level(*numbers) is expected


def test_shows_the_share_itself_and_never_that_of_few() -> None:
    found = judged(counts(940, 1_000, 10_000, 100_000), DEFAULT, cause=Cause.RECIPIENTS)
    assert found is not None
    assert found.certainty == pytest.approx(0.94)
    assert found.usual == pytest.approx(0.1, rel=1e-3)
    few = judged(counts(9, 10, 10_000, 100_000), DEFAULT, cause=Cause.RECIPIENTS)
    assert few is not None
    assert few.certainty is None
    assert few.usual is None


def test_is_stricter_where_a_practice_wants_it() -> None:
    numbers = (250, 1_000, 5_000, 100_000)
    assert level(*numbers) is Level.WARNING
    assert level(*numbers, thresholds=Thresholds(warn_percent=5, phi_percent=20)) is Level.PHI


SHARES = st.integers(0, 2_000)


@given(inside=SHARES, more=SHARES, others=SHARES, extra=st.integers(1, 50))
def test_never_calls_a_more_certain_guess_less_telling(
    inside: int, more: int, others: int, extra: int
) -> None:
    people, everybody = inside + more, inside + more + others
    overall = inside
    if people < 11 or more < extra:
        return
    before = level(inside, people, overall, everybody) if people else Level.NOTHING
    after = level(inside + extra, people, overall, everybody)
    assert after.reaches(before)


@given(inside=st.integers(0, 500), people=st.integers(1, 500))
def test_takes_the_lower_end_of_an_interval_that_holds_the_share(inside: int, people: int) -> None:
    if inside > people:
        return
    assert 0 <= lowest(inside, people) <= inside / people + 1e-9
    assert lowest(inside * 4, people * 4) >= lowest(inside, people) - 1e-9  # more people, less doubt


def test_wilson_against_a_published_value() -> None:
    # Agresti and Coull (1998), table 1 of their example, with z of 99%: 5 of 10 lies in 0.2 to 0.8.
    assert lowest(5, 10) == pytest.approx(0.1843, abs=2e-3)
    assert odds(0.5) == 1
    assert odds(1.0) == float("inf")


def test_says_how_many_others_would_hide_it() -> None:
    telling = counts(940, 1_000, 10_000, 100_000)
    added = others_to_add(telling, DEFAULT)
    assert added is not None
    inside = 940 + round(added * usual(telling))
    assert level(inside, 1_000 + added, 10_000, 100_000) is not Level.PHI
    assert inside / (1_000 + added) == pytest.approx(0.27, abs=0.01)
    assert others_to_add(counts(940, 1_000, 50_000, 100_000), DEFAULT) is None  # half of everybody has it


def finding(
    key: str, *, cause: Cause = Cause.RECIPIENTS, how: Level = Level.PHI, share: float = 0.9
) -> Finding:
    return Finding(
        cause=cause,
        level=how,
        sensitivity=Sensitivity.HEALTH,
        key=key,
        label=key.title(),
        certainty=share,
        usual=0.1,
    )


def test_puts_the_worst_first_and_names_a_thing_once() -> None:
    reveal = gathered(
        [
            finding("acne", how=Level.WARNING, share=0.2),
            finding("E08-E13", share=0.93),
            finding("diabetes", share=0.94),
            finding("gout", share=0.5),
        ]
    )
    assert [one.key for one in reveal.findings] == ["diabetes", "gout", "acne"]
    assert reveal.level is Level.PHI
    assert reveal.is_phi


def test_shows_no_more_than_can_be_read_and_forgets_no_class() -> None:
    special = Finding(
        cause=Cause.RECIPIENTS, level=Level.SPECIAL, sensitivity=Sensitivity.HIV, key="hiv", label="HIV",
        certainty=0.2, usual=0.01,
    )  # fmt: skip
    many = [finding(f"thing {number}", share=0.3 + number / 20) for number in range(9)]
    reveal = gathered([*many, special])
    assert len(reveal.findings) == SHOWN_MAX
    assert reveal.findings[0] is special
    assert reveal.classes == {Sensitivity.HIV}
    assert reveal.level is Level.SPECIAL


def test_nothing_found_is_nothing_told() -> None:
    assert gathered([]) == Reveal()
    assert Reveal().level is Level.NOTHING
    assert not Reveal().is_phi


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (
            finding("diabetes", share=0.94),
            ("Anyone who sees this mail in an inbox can guess, with 94% certainty, diabetes (among all your patients: 10%)."
            " It is treated as PHI: verified TLS or the portal only."),
        ),
        (
            finding("diabetes", share=1.0, cause=Cause.LEFT_OUT),
            ("Anyone who sees that somebody did not get this mail can guess, with near certainty, diabetes (among all your"
            " patients: 10%). It is treated as PHI: verified TLS or the portal only."),
        ),
        (
            Finding(cause=Cause.RECIPIENTS, level=Level.SPECIAL, sensitivity=Sensitivity.HIV, key="hiv", label="HIV"),
            ("Anyone who sees this mail in an inbox can guess: HIV. So few people are in it that their share is not said."
            " That is about HIV, which is specially protected: portal only, under a neutral sender name, and for"
            " marketing with a signature that names it."),
        ),
    ],
)  # fmt: skip
def test_tells_it_in_plain_words(one: Finding, sentence: str) -> None:
    assert sentence_of(one, exact=True, special=True) == sentence


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.94, "94%"), (0.004, "0.4%"), (0.0004, "under 0.1%"), (0.0, "under 0.1%"), (1.0, "100%")],
)
def test_writes_a_share(share: float, words: str) -> None:
    assert percent(share) == words


def test_is_kept_and_read_again() -> None:
    reveal = gathered([finding("diabetes"), finding("acne", how=Level.WARNING, share=0.2)])
    assert from_plain(to_plain(reveal)) == reveal


@pytest.mark.parametrize(("exact", "special"), [(True, False), (False, False), (False, True)])
def test_names_nothing_that_few_people_share_to_whoever_may_not_see_it(exact, special):
    """A rule that means two people would else tell what both have."""
    few = Finding(
        cause=Cause.RECIPIENTS, level=Level.SPECIAL, sensitivity=Sensitivity.HIV, key="hiv", label="HIV"
    )
    told = sentence_of(few, exact=exact, special=special)
    assert "HIV" not in told
    assert "portal only" in told
    assert "HIV" in sentence_of(few, exact=True, special=True)
