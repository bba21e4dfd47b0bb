"""Sealed charts. The only clear columns are ids, kinds, times, versions and the order of changes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class ChartPart(models.Model):
    """All entries of one kind of one person, sealed under the person's own key."""

    pk = models.CompositePrimaryKey("practice_id", "patient_id", "kind")
    practice = models.ForeignKey(
        "practices.Practice", on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    patient_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    sealed = models.BinaryField()
    version = models.PositiveIntegerField()
    change_no = models.BigIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "charts_part"
        indexes: ClassVar = [models.Index(fields=["practice", "change_no"], name="chart_changes")]

    def __str__(self) -> str:
        return f"{self.patient_id}:{self.kind}"


class ChartNames(models.Model):
    """Names of codes that were learned together, sealed under the practice's key; in the order of their ids."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    sealed = models.BinaryField()
    learned_at = models.DateTimeField()

    class Meta:
        db_table = "charts_names"

    def __str__(self) -> str:
        return str(self.id)
