"""Tables of import. File name, columns, the file itself and rejected rows are sealed; counts and codes are not."""

from __future__ import annotations

from django.db import models

from bedside.records.intake.nouns import ImportState


class Import(models.Model):
    """One file on its way in.

    `facts` (sealed): the file's name, the chosen columns, the order of dates. `line_done` is the last physical
    line whose row is safely stored: everything up to it is counted, nothing after it is. `remark_counts` is by
    `field:code`. `fingerprint` tells that the same file came before, without telling what is in it.
    """

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    state = models.CharField(max_length=10)
    provenance = models.CharField(max_length=20, blank=True)
    method = models.CharField(max_length=20, blank=True, default="", db_default="")
    collected_by = models.DateField(null=True)
    attested_by = models.CharField(max_length=60, blank=True, default="", db_default="")
    looked_at = models.DateTimeField(null=True)  # when a person said that a list that looks made up is not
    facts = models.BinaryField()
    facts_version = models.PositiveIntegerField(default=1)
    fingerprint = models.BinaryField(max_length=32)
    size_bytes = models.BigIntegerField()
    line_done = models.BigIntegerField(default=0)
    bytes_done = models.BigIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_changed = models.PositiveIntegerField(default=0)
    rows_unchanged = models.PositiveIntegerField(default=0)
    rows_rejected = models.PositiveIntegerField(default=0)
    rows_skipped = models.PositiveIntegerField(default=0)
    without_address = models.PositiveIntegerField(default=0)
    remark_counts = models.JSONField(default=dict)
    failure = models.CharField(max_length=40, blank=True)
    created_by = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    worked_at = models.DateTimeField(null=True)  # the last sign of life of whoever works on it
    seconds_worked = models.FloatField(default=0)
    finished_at = models.DateTimeField(null=True)
    file_removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "intake_import"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in ImportState]),
                name="import_state_known",
            )
        ]
        indexes = [models.Index(fields=["practice", "-created_at"], name="import_newest")]

    def __str__(self) -> str:
        return str(self.id)


class Piece(models.Model):
    """A part of the file as it came, sealed under the practice key and bound to its import and number."""

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    of_import = models.ForeignKey(Import, on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "intake_piece"
        constraints = [models.UniqueConstraint(fields=["of_import", "number"], name="one_piece_per_number")]

    def __str__(self) -> str:
        return f"{self.of_import_id} {self.number}"


class Reject(models.Model):
    """A row that was not imported: its line, why (a code), and its cells, sealed."""

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    of_import = models.ForeignKey(Import, on_delete=models.PROTECT)
    line = models.BigIntegerField()
    code = models.CharField(max_length=40)
    sealed = models.BinaryField()

    class Meta:
        db_table = "intake_reject"
        constraints = [models.UniqueConstraint(fields=["of_import", "line"], name="one_reject_per_line")]

    def __str__(self) -> str:
        return f"{self.of_import_id} {self.line}"


class Likeness(models.Model):
    """How to find again somebody whose row has no sure key, so that importing a file twice adds nobody twice."""

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    fingerprint = models.BinaryField(max_length=32)
    patient_id = models.UUIDField()
    import_id = models.UUIDField()  # the last import that named the person

    class Meta:
        db_table = "intake_likeness"
        constraints = [
            models.UniqueConstraint(fields=["practice_id", "fingerprint"], name="one_person_per_likeness")
        ]

    def __str__(self) -> str:
        return str(self.patient_id)


class Stop(models.Model):
    """Somebody for whom this file asks to stop; a yes further down the same file does not outweigh it."""

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    of_import = models.ForeignKey(Import, on_delete=models.PROTECT)
    patient_id = models.UUIDField()

    class Meta:
        db_table = "intake_stop"
        constraints = [
            models.UniqueConstraint(fields=["of_import", "patient_id"], name="one_stop_per_person")
        ]

    def __str__(self) -> str:
        return str(self.patient_id)
