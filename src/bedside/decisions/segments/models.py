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
    """Up to which change the columns of a practice are complete. One row per practice."""

    practice = models.OneToOneField("practices.Practice", on_delete=models.PROTECT, primary_key=True)
    generation = models.PositiveIntegerField()
    settled_change = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    built_at = models.DateTimeField()

    class Meta:
        db_table = "segments_index"

    def __str__(self) -> str:
        return f"{self.practice_id} generation {self.generation}"


class Shard(models.Model):
    """One column of some ten thousand patients: an Arrow stream, compressed, sealed under the practice key."""

    id = models.BigAutoField(primary_key=True)
    # No index of its own: over one big practice the planner would read the whole table by it.
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    generation = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    column = models.CharField(max_length=30)
    sealed = models.BinaryField()

    class Meta:
        db_table = "segments_shard"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "generation", "column", "number"], name="one_shard_per_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.column} {self.number}"
