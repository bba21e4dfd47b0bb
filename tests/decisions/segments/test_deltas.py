"""What changed is laid over the columns, stored, compacted and built anew: the answers stay those of the records."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, seed, settings

from bedside.decisions.segments import index, queries, storing
from bedside.decisions.segments.models import IndexState
from bedside.decisions.segments.rules import from_json
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.terminology import System
from bedside.records.charts import actions as charts_actions
from bedside.records.charts import queries as charts
from bedside.records.charts.rules import Entry, Kind, Status
from bedside.records.patients import actions as patients_actions
from bedside.records.patients import queries as patients
from bedside.records.patients.erasing import forget_person
from bedside.records.patients.fields import OwnKind, PracticeField
from bedside.records.patients.own_fields import add_field
from bedside.records.patients.rules import Patient
from tests.decisions.segments.reference import matches
from tests.decisions.segments.strategies import OWN, all_rules

TODAY = date(2026, 11, 20)
TOWNS = ("Larkspur", "Fairhaven", "Stony Creek", "José")
EVERYBODY = from_json({"all": []})
IN_LARKSPUR = from_json({"field": "city", "is": "is", "value": "larkspur"})
SEEN_LATELY = from_json({"chart": "visit", "is": "has", "when": {"last_days": 180}})


@pytest.fixture(autouse=True)
def _forget():
    index.forget_columns()
    yield
    index.forget_columns()


def person(number: int, **known) -> Patient:
    return Patient(
        id=new_id(), mrn=f"MS-{number}", **{"first_name": "Pia", "last_name": f"Zqmark{number}", **known}
    )


def save(scope, at, *people, changed=()) -> None:
    patients_actions.save_many(scope, new=list(people), changed=list(changed), source="test", at=at)


def entry(kind: Kind, number: int = 1, **known) -> Entry:
    return Entry(kind=kind, source="", source_id=str(number), **{"status": Status.DONE, **known})


def chart(scope, at, *entries, of) -> None:
    charts_actions.save_entries(scope, {of.id: entries}, at=at)


def count(scope, rule, at) -> int:
    return queries.count(scope, rule, today=TODAY, at=at)


def state(scope) -> IndexState:
    with in_scope(scope):
        return IndexState.objects.get()


def test_stores_a_delta_when_much_has_changed(scope, at, monkeypatch):
    monkeypatch.setattr(index, "STORE_ROWS", 2)
    save(scope, at, person(1, city="Larkspur"))
    assert count(scope, IN_LARKSPUR, at) == 1
    generation = state(scope).generation
    save(scope, at, *(person(number, city="Larkspur") for number in range(2, 6)))
    assert count(scope, IN_LARKSPUR, at) == 5
    assert (state(scope).generation, len(state(scope).deltas), state(scope).delta_rows) == (generation, 1, 4)
    index.forget_columns()
    monkeypatch.setattr(patients, "by_ids", None)  # whoever comes next opens no record
    assert count(scope, IN_LARKSPUR, at) == 5


def test_stores_nothing_while_somebody_else_builds_or_writes(scope, at, monkeypatch):
    monkeypatch.setattr(index, "STORE_ROWS", 1)
    save(scope, at, person(1, city="Larkspur"))
    count(scope, EVERYBODY, at)
    monkeypatch.setattr(index.changes, "settled_if_nobody_writes", lambda _: None)
    save(scope, at, person(2, city="Larkspur"))
    assert count(scope, IN_LARKSPUR, at) == 2
    assert state(scope).deltas == []


def test_keeps_the_words_of_a_delta_apart_from_those_before(scope, at, monkeypatch):
    monkeypatch.setattr(index, "STORE_ROWS", 1)
    save(scope, at, person(1, city="Larkspur", tags=("vip",)))
    count(scope, EVERYBODY, at)
    for number, town in enumerate(TOWNS):
        save(scope, at, person(10 + number, city=town, tags=(town, "vip")))
        assert count(scope, from_json({"field": "city", "is": "is", "value": town}), at) == 1 + (number == 0)
        assert count(scope, from_json({"field": "tags", "is": "has", "value": town}), at) == 1
    assert len(state(scope).deltas) == len(TOWNS)
    assert count(scope, from_json({"field": "tags", "is": "has", "value": "VIP"}), at) == 5


def test_sees_a_changed_chart_at_once_and_the_record_beside_it(scope, at):
    pia, bruno = person(1, city="Larkspur"), person(2, city="Larkspur")
    save(scope, at, pia, bruno)
    assert count(scope, SEEN_LATELY, at) == 0
    chart(scope, at, entry(Kind.VISIT, day=TODAY - timedelta(days=3)), of=pia)
    assert count(scope, SEEN_LATELY, at) == 1
    save(scope, at, changed=[replace(pia, city="Fairhaven")])
    assert count(scope, SEEN_LATELY, at) == 1
    assert count(scope, IN_LARKSPUR, at) == 1


def test_a_chart_that_moved_to_another_record_is_asked_there_only(scope, at):
    old, new = person(1), person(2)
    save(scope, at, old, new)
    chart(scope, at, entry(Kind.VISIT, day=TODAY), of=old)
    assert queries.matching_ids(scope, SEEN_LATELY, today=TODAY, at=at) == [old.id]
    with in_scope(scope):  # as a merge does it: the record that is left says so
        charts_actions.move(scope, old.id, new.id, at=at)
        save(scope, at, changed=[replace(old, email="")])
    assert queries.matching_ids(scope, SEEN_LATELY, today=TODAY, at=at) == [new.id]
    index.forget_columns()
    assert queries.matching_ids(scope, SEEN_LATELY, today=TODAY, at=at) == [new.id]


def test_an_answer_is_of_one_moment_though_somebody_saves_meanwhile(scope, at, monkeypatch):
    save(scope, at, person(1, city="Larkspur"))
    count(scope, EVERYBODY, at)
    save(scope, at, person(2, city="Larkspur"))
    late = person(3, city="Larkspur")
    opened, opened_charts = patients.by_ids, charts.charts

    def meanwhile(*arguments, **named):
        monkeypatch.setattr(charts, "charts", opened_charts)
        save(scope, at, late)
        chart(scope, at, entry(Kind.VISIT, day=TODAY), of=late)
        return opened_charts(*arguments, **named)

    monkeypatch.setattr(charts, "charts", meanwhile)
    both = from_json(
        {"all": [{"field": "city", "is": "is", "value": "larkspur"}, {"chart": "visit", "is": "has_not"}]}
    )
    assert count(scope, both, at) == 2
    assert opened is patients.by_ids


def test_refreshing_removes_whoever_was_erased_and_their_words(scope, at):
    gone, stays = person(1, city="Zqtown", tags=("zqtag",)), person(2, city="Larkspur")
    save(scope, at, gone, stays)
    count(scope, EVERYBODY, at)
    with in_scope(scope):
        forget_person(scope, gone.id, at=at)
    assert count(scope, EVERYBODY, at) == 1
    before = state(scope)
    index.refresh(scope, at=at)
    assert state(scope).generation != before.generation
    assert state(scope).rows == 1
    index.forget_columns()
    with in_scope(scope):
        state_ = index._state(scope)
        found = index._snapshot(scope, state_, index._fresh(scope, state_))
        words = {
            word for piece in found.pieces for name in piece.dictionaries() for word in piece.words(name)
        }
        assert found.base.columns(["id_lo"])["id_lo"].to_list() == [stays.id.int % 2**64]
    assert "larkspur" in words
    assert not {"zqtown", "zqtag"} & words


def test_refreshing_compacts_many_deltas_without_opening_a_record(scope, at, monkeypatch):
    monkeypatch.setattr(index, "STORE_ROWS", 1)
    monkeypatch.setattr(index, "DELTAS_MAX", 2)
    monkeypatch.setattr(index, "COMPACT_SHARE", 0)
    monkeypatch.setattr(index, "SHARD_ROWS", 3)
    save(scope, at, *(person(number, city="Larkspur", tags=("a",)) for number in range(5)))
    count(scope, EVERYBODY, at)
    for number in range(5, 9):
        save(scope, at, one := person(number, city="Larkspur"))
        chart(scope, at, entry(Kind.VISIT, day=TODAY), of=one)
        assert count(scope, IN_LARKSPUR, at) == number + 1
    with monkeypatch.context() as closed:
        closed.setattr(patients, "by_ids", None)
        closed.setattr(patients, "page", None)
        closed.setattr(charts, "charts", None)
        index.refresh(scope, at=at)
        index.forget_columns()
        assert (state(scope).deltas, state(scope).rows) == ([], 9)
        assert count(scope, IN_LARKSPUR, at) == 9
        assert count(scope, SEEN_LATELY, at) == 4
        assert count(scope, from_json({"field": "tags", "is": "has", "value": "a"}), at) == 5


def test_columns_of_another_make_are_built_anew(scope, at):
    save(scope, at, person(1, city="Larkspur"))
    count(scope, EVERYBODY, at)
    with in_scope(scope):
        IndexState.objects.update(format=storing.FORMAT - 1)
    index.forget_columns()
    assert count(scope, IN_LARKSPUR, at) == 1
    assert state(scope).format == storing.FORMAT


def test_keeps_no_value_and_no_name_of_an_own_field_in_clear(scope, at):
    field = add_field(scope, PracticeField(key="", label="Zqfield", kind=OwnKind.TEXT), at=at)
    zq = person(1, custom=((field.key, "zqvalue"),))
    save(scope, at, zq)
    chart(scope, at, entry(Kind.CONDITION, codes=((System.TEXT, "zqcode"),), place="zqplace"), of=zq)
    asked = from_json({"field": f"custom.{field.key}", "kind": "text", "is": "is", "value": "ZQVALUE"})
    assert count(scope, asked, at) == 1
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(\"column\" || encode(sealed, 'escape') || encode(sealed, 'hex'), '') FROM segments_shard"
        )
        stored = cursor.fetchone()[0].lower()
    for text in ("zqfield", "zqvalue", "zqcode", "zqplace", "zqmark"):
        assert text not in stored
        assert text.encode().hex() not in stored


def test_numbers_of_pieces_are_never_given_twice(scope, at):
    save(scope, at, person(1))
    numbers = set()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), in_scope(scope):
            index.rebuild(scope, at=at)
            numbers.add(IndexState.objects.get().generation)
            raise ZeroDivisionError
    assert len(numbers) == 3
    assert count(scope, EVERYBODY, at) == 1
    assert state(scope).generation not in numbers


def test_a_code_is_found_by_each_of_its_names_while_it_lasts(scope, at):
    pia, bruno = person(1, conditions=("Asthma",)), person(2)
    save(scope, at, pia, bruno)
    e11, e11_too = (System.ICD10CM, "E11.9"), (System.SNOMED, "44054006")
    chart(
        scope, at,
        entry(Kind.CONDITION, 1, codes=(e11, e11_too), status=Status.ACTIVE),
        entry(Kind.CONDITION, 2, codes=((System.ICD10CM, "J45.909"),), status=Status.ACTIVE, until=TODAY - timedelta(days=1)),
        entry(Kind.CONDITION, 3, codes=((System.ICD10CM, "I10"),), status=Status.CANCELLED),
        of=bruno,
    )  # fmt: skip

    def found(code: str, **more) -> list:
        rule = from_json({"chart": "condition", "is": "has", "of": [code], **more})
        return queries.matching_ids(scope, rule, today=TODAY, at=at)

    today = {"when": {"period": "today"}}
    assert found("icd10cm:E11.9", **today) == found("snomed:44054006", **today) == [bruno.id]
    assert found("icd10cm:J45.909") == [bruno.id]
    assert found("icd10cm:J45.909", **today) == []
    assert found("icd10cm:I10") == []
    assert found("text:asthma", **today) == [pia.id]


def test_a_name_that_is_learned_counts_at_once(scope, at):
    pia = person(1)
    save(scope, at, pia)
    unknown = (System.SNOMED, "999000111")
    chart(scope, at, entry(Kind.CONDITION, codes=(unknown,), status=Status.ACTIVE), of=pia)
    diabetic = from_json({"chart": "condition", "is": "has", "of": ["set:diabetes"]})
    assert count(scope, diabetic, at) == 0
    charts_actions.learn_names(scope, {unknown: "Type 2 diabetes mellitus"}, at=at)
    assert count(scope, diabetic, at) == 1


def test_a_removed_own_field_is_refused_and_its_segment_still_listed(scope, at):
    from bedside.decisions.segments import actions
    from bedside.decisions.segments.rules import BadRule
    from bedside.records.patients.own_fields import remove_field

    field = add_field(scope, PracticeField(key="", label="Renewal", kind=OwnKind.DATE), at=at)
    rule = from_json({"field": f"custom.{field.key}", "kind": "date", "is": "next_days", "value": 30})
    segment_id = actions.save(scope, segment_id=None, name="Due", rule=rule, at=at)
    assert queries.segment(scope, segment_id).sentence == "Patients for whom renewal is in the next 30 days."
    remove_field(scope, field.key, at=at)
    assert "does not exist" in queries.segment(scope, segment_id).sentence
    assert queries.segment(scope, segment_id).uses_health
    with pytest.raises(BadRule, match="does not exist"):
        count(scope, queries.segment(scope, segment_id).rule, at)


# --- everything at once, through the database


def test_answers_as_the_records_do_through_changes_deltas_and_compaction(scope, at, monkeypatch):
    monkeypatch.setattr(index, "STORE_ROWS", 4)
    monkeypatch.setattr(index, "SHARD_ROWS", 5)
    for field in OWN.values():
        add_field(
            scope,
            PracticeField(
                key=field.name.removeprefix("custom."), label=field.label, kind=OwnKind(field.kind.value), choices=field.choices,
            ),
            at=at,
        )  # fmt: skip
    world = _World(scope, at, Random(11))  # noqa: S311  the same world each time
    rules = _drawn_rules()
    for step in range(7):
        world.go_on()
        if step in {3, 5}:
            index.refresh(scope, at=at)
        if step % 2:
            index.forget_columns()
        world.check(rules[step * 25 : step * 25 + 25])


def _drawn_rules():
    drawn = []

    @seed(7)
    @settings(
        max_examples=175, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(rule=all_rules())
    def draw(rule):
        drawn.append(rule)

    draw()
    return drawn


class _World:
    """People who come, change, are seen and are erased, and what is known of them."""

    def __init__(self, scope, at, random) -> None:
        self.scope, self.at, self.random = scope, at, random
        self.people, self.charts = {}, {}

    def go_on(self) -> None:
        from tests.decisions.segments import strategies

        def drawn(strategy, many):
            return [_example(strategy, self.random) for _ in range(many)]

        fresh = [replace(one, mrn="") for one in drawn(strategies.patients, 6)]
        changed = [
            replace(_example(strategies.patients, self.random), id=one)
            for one in self.random.sample(sorted(self.people), min(2, len(self.people)))
        ]
        save(self.scope, self.at, *fresh, changed=changed)
        self.people |= {one.id: one for one in (*fresh, *changed)}
        for one in self.random.sample(sorted(self.people), min(5, len(self.people))):
            charts_actions.save_entries(
                self.scope, {one: _example(strategies.charts, self.random)}, at=self.at
            )
        if len(self.people) > 8:
            self._erase(self.random.choice(sorted(self.people)))

    def _erase(self, one) -> None:
        with in_scope(self.scope):
            forget_person(self.scope, one, at=self.at)
        del self.people[one]

    def check(self, rules) -> None:
        held = charts.charts(self.scope, self.people)
        for rule in rules:
            expected = {
                one.id for one in self.people.values() if matches(rule, one, TODAY, held.get(one.id, ()))
            }
            assert set(queries.matching_ids(self.scope, rule, today=TODAY, at=self.at)) == expected
            assert count(self.scope, rule, self.at) == len(expected)


def _example(strategy, random):
    found = []

    @seed(random.randrange(10**9))
    @settings(max_examples=3, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(value=strategy)
    def draw(value):
        found.append(value)

    draw()
    return found[-1]
