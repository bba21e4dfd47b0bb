"""Tables of import. File name, columns, the file itself and rejected rows are sealed; counts and codes are not."""

from __future__ import annotations

from django.db import models

from bedside.records.intake.nouns import Format, ImportState, SourceKind


class Import(models.Model):
    """One file on its way in.

    `facts` (sealed): the file's name, the chosen columns, the order of dates. `line_done` is the last physical
    line whose row is safely stored: everything up to it is counted, nothing after it is. `remark_counts` is by
    `field:code`. `fingerprint` tells that the same file came before, without telling what is in it.
    """

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    state = models.CharField(max_length=10)
    format = models.CharField(max_length=4, default=Format.CSV.value, db_default=Format.CSV.value)
    source_id = models.UUIDField(null=True)  # the system that a clinical file comes from
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
            ),
            models.CheckConstraint(
                condition=models.Q(format__in=[each.value for each in Format]),
                name="import_format_known",
            ),
        ]
        indexes = [models.Index(fields=["practice", "-created_at"], name="import_newest")]

    def __str__(self) -> str:
        return str(self.id)


class Source(models.Model):
    """A system that sends records. `sealed`: its name and settings; `is_part2` flags everybody it names."""

    id = models.UUIDField(primary_key=True)
    practice_id = models.UUIDField()
    kind = models.CharField(max_length=10)
    sealed = models.BinaryField()
    version = models.PositiveIntegerField(default=1)
    is_part2 = models.BooleanField(default=False)
    created_by = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)  # when something of it was last taken in
    paused_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "intake_source"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[each.value for each in SourceKind]), name="source_kind_known"
            )
        ]
        indexes = [models.Index(fields=["practice_id", "created_at"], name="source_oldest")]

    def __str__(self) -> str:
        return str(self.id)


class KnownAs(models.Model):
    """Which patient a source means by an id of its own.

    `fingerprint` finds the id blind. `updated_at` is the source's stamp of the newest record taken of the person,
    `content` a keyed hash of what it said, and `said` the fields it spoke of, a bit each: so that the same record
    again costs nothing, and a value it no longer gives can go.
    """

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    source_id = models.UUIDField()
    fingerprint = models.BinaryField(max_length=32)
    patient_id = models.UUIDField()
    updated_at = models.DateTimeField(null=True)
    content = models.BinaryField(max_length=32)
    said = models.IntegerField(default=0)

    class Meta:
        db_table = "intake_known_as"
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "source_id", "fingerprint"], name="one_patient_per_known_id"
            )
        ]
        indexes = [models.Index(fields=["practice_id", "patient_id"], name="known_as_of_patient")]

    def __str__(self) -> str:
        return str(self.patient_id)


class CareName(models.Model):
    """What a source calls a clinician or a place that its records mention by number; the name is sealed."""

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    source_id = models.UUIDField()
    fingerprint = models.BinaryField(max_length=32)
    sealed = models.BinaryField()

    class Meta:
        db_table = "intake_care_name"
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "source_id", "fingerprint"], name="one_name_per_number"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Choice(models.Model):
    """Who decided when whether one item of `rules.keeping` is kept; without a row it is as at first."""

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    item = models.CharField(max_length=40)
    is_kept = models.BooleanField()
    decided_by = models.CharField(max_length=60)
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "intake_choice"
        constraints = [models.UniqueConstraint(fields=["practice_id", "item"], name="one_choice_per_item")]

    def __str__(self) -> str:
        return self.item


class SavedMapping(models.Model):
    """The columns that a person chose for files with these names of columns, to be offered again.

    `fingerprint` finds the names blind, in any order; `sealed`: what each became, by name.
    """

    id = models.UUIDField(primary_key=True)
    practice_id = models.UUIDField()
    fingerprint = models.BinaryField(max_length=32)
    sealed = models.BinaryField()
    version = models.PositiveIntegerField(default=1)
    saved_by = models.CharField(max_length=60)
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "intake_saved_mapping"
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "fingerprint"], name="one_mapping_per_names_of_columns"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Pull(models.Model):
    """A FHIR server that is fetched from. `sealed`: its address and our key; `progress`: how far an export has come.

    `next_at`: when the next step is due; with `stopped_at` none is, until somebody has put `problem` right.
    """

    source_id = models.UUIDField(primary_key=True)
    practice_id = models.UUIDField()
    sealed = models.BinaryField()
    version = models.PositiveIntegerField(default=1)
    every_hours = models.PositiveIntegerField()
    stage = models.CharField(max_length=10)
    progress = models.BinaryField()
    progress_version = models.PositiveIntegerField(default=1)
    next_at = models.DateTimeField()
    problem = models.CharField(max_length=30, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    set_by = models.CharField(max_length=60)
    set_at = models.DateTimeField()

    class Meta:
        db_table = "intake_pull"
        indexes = [models.Index(fields=["practice_id", "next_at"], name="pull_due")]

    def __str__(self) -> str:
        return str(self.source_id)


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
