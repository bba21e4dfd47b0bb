"""Saved segments, and the sealed columns they are counted on."""

from __future__ import annotations

from django.db import models


class SegmentRow(models.Model):
    """A saved rule. Name and rule are sealed, since staff may write anything into them."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    sealed = models.BinaryField()
    version = models.PositiveIntegerField()
    created_by = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "segments_segment"
        indexes = [models.Index(fields=["practice", "removed_at"], name="segment_present")]

    def __str__(self) -> str:
        return str(self.id)


class IndexState(models.Model):
    """Up to which change the columns of a practice are complete. One row per practice.

    `settled_change`: with all deltas; `base_change`: when the base was built, so whoever is gone since is still in it.
    `rows` are those of the base, `delta_rows` of all `deltas` together, which stand here by number, oldest first.
    Numbers of generations and deltas are never given twice, also not after what they were given to was rolled back:
    processes keep columns by them. `format` tells columns of another make.
    """

    practice = models.OneToOneField("practices.Practice", on_delete=models.PROTECT, primary_key=True)
    generation = models.BigIntegerField()
    settled_change = models.BigIntegerField()
    base_change = models.BigIntegerField(db_default=0)
    rows = models.PositiveIntegerField()
    deltas = models.JSONField(db_default=[])
    delta_rows = models.PositiveIntegerField(db_default=0)
    format = models.PositiveIntegerField(db_default=0)
    built_at = models.DateTimeField()

    class Meta:
        db_table = "segments_index"

    def __str__(self) -> str:
        return f"{self.practice_id} generation {self.generation}"


class Shard(models.Model):
    """One column of some ten thousand patients: an Arrow stream, compressed, sealed under the practice key.

    `delta` is 0 for the base. `number` counts the shards of a column, in the order of its rows.
    """

    id = models.BigAutoField(primary_key=True)
    # No index of its own: over one big practice the planner would read the whole table by it.
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    generation = models.BigIntegerField()
    delta = models.BigIntegerField(db_default=0)
    number = models.PositiveIntegerField()
    column = models.CharField(max_length=40)
    sealed = models.BinaryField()

    class Meta:
        db_table = "segments_shard"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "generation", "column", "delta", "number"], name="one_shard_a_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.column} {self.number}"
