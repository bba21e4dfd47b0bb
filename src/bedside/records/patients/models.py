"""Sealed patient records. The only clear columns are ids, times, blind indexes and the order of changes."""

from __future__ import annotations

from django.db import models


class PatientRow(models.Model):
    """One person. `sealed` opens under the person's own key; `change_no` grows with each write in the practice."""

    id = models.UUIDField(primary_key=True)
    # No index of its own: over one big practice the planner would read the whole table by it.
    practice = models.ForeignKey(
        "practices.Practice", on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    sealed = models.BinaryField()
    version = models.PositiveIntegerField()
    address_index = models.BinaryField(max_length=32, null=True)
    mrn_index = models.BinaryField(max_length=32, null=True)
    change_no = models.BigIntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "patients_patient"
        constraints = [models.UniqueConstraint(fields=["practice", "mrn_index"], name="one_patient_per_mrn")]
        indexes = [
            models.Index(fields=["practice", "address_index"], name="patient_address"),
            models.Index(fields=["practice", "change_no"], name="patient_changes"),
            models.Index(fields=["practice", "id"], name="patient_order"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class GoneRow(models.Model):
    """Somebody who was erased: the id alone, and the number of that change, so that copies can follow."""

    patient_id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    change_no = models.BigIntegerField()
    gone_at = models.DateTimeField()

    class Meta:
        db_table = "patients_gone"
        indexes = [models.Index(fields=["practice", "change_no"], name="gone_changes")]

    def __str__(self) -> str:
        return str(self.patient_id)


class FieldRow(models.Model):
    """One of the practice's own fields, sealed under its key: names of fields may say what is treated."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    sealed = models.BinaryField()
    version = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "patients_field"

    def __str__(self) -> str:
        return str(self.id)


class MergedRow(models.Model):
    """A record that turned out to be another's person: who that is, and its record number as a keyed hash."""

    patient_id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    survivor_id = models.UUIDField()
    mrn_index = models.BinaryField(max_length=32, null=True)
    merged_at = models.DateTimeField()

    class Meta:
        db_table = "patients_merged"
        indexes = [
            models.Index(fields=["practice", "survivor_id"], name="merged_into"),
            models.Index(fields=["practice", "mrn_index"], name="merged_mrn"),
        ]

    def __str__(self) -> str:
        return str(self.patient_id)
