"""A chart, and what is left of records that were joined, go with their person."""

from __future__ import annotations

from django.db import connection

from bedside.ground.scope import in_scope
from bedside.oversight.retention.actions import erase, erase_again
from bedside.oversight.retention.rules import ErasureReason, Thing
from bedside.records.charts import actions as charts
from bedside.records.charts import queries
from bedside.records.charts.merging import merge_people
from bedside.records.patients import merging
from bedside.records.patients import queries as patients
from tests.records.charts.people import appointment, condition, saved_people


def rows(scope, table):
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
        return cursor.fetchone()[0]


def test_erases_the_chart(scope, at):
    pia, ben = saved_people(scope, at=at, how_many=2)
    charts.save_entries(scope, {pia: [condition(), appointment()], ben: [condition()]}, at=at)
    erased = erase(scope, pia, reason=ErasureReason.PERSON_ASKED, at=at)
    assert erased.destroyed[Thing.CHART_PARTS] == 2
    assert rows(scope, "charts_part") == 1
    assert queries.chart(scope, ben) == (condition(),)


def test_erases_what_is_left_of_records_that_were_joined(scope, at):
    pia, also_pia = saved_people(scope, at=at, how_many=2)
    merge_people(scope, from_patient=also_pia, to_patient=pia, at=at)
    erased = erase(scope, pia, reason=ErasureReason.PERSON_ASKED, at=at)
    assert (erased.destroyed[Thing.RECORDS], erased.destroyed[Thing.PERSON_KEYS]) == (2, 2)
    assert (rows(scope, "patients_patient"), rows(scope, "patients_merged")) == (0, 0)
    assert merging.survivors(scope, [also_pia]) == {}
    assert patients.ids_by_mrn(scope, ["MS-0", "MS-1"]) == {}


def test_removes_a_chart_that_an_older_backup_brought_back(scope, at):
    (pia,) = saved_people(scope, at=at)
    charts.save_entries(scope, {pia: [condition()]}, at=at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE older ON COMMIT DROP AS SELECT * FROM charts_part")
        erase(scope, pia, reason=ErasureReason.PERSON_ASKED, at=at)
        cursor.execute("INSERT INTO charts_part SELECT * FROM older")
        erase_again(scope, at=at)
    assert rows(scope, "charts_part") == 0
