"""Wrapped keys. The root key is never here."""

from __future__ import annotations

from django.db import models


class PracticeKey(models.Model):
    """A practice's key, wrapped by the root key. The newest version seals; older ones still open."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    version = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "version"], name="one_key_per_version")]

    def __str__(self) -> str:
        return f"{self.practice_id} v{self.version}"


class PersonKey(models.Model):
    """One person's key, wrapped by the practice key: destroying it erases the person everywhere."""

    person_id = models.UUIDField(primary_key=True)
    # No index of its own: over one big practice the planner would read the whole table by it.
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.person_id)


class Destruction(models.Model):
    """A key that is gone for good. Rows are added and read, never changed (`ground.rowsecurity.APPEND_ONLY`).

    `key` is the person's id of a person key, the practice's id of a practice key with its version.
    """

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=20)
    key = models.UUIDField()
    version = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["person", "practice"]), name="destruction_of_known_kind"
            ),
        ]
        indexes = [models.Index(fields=["practice", "kind", "key"], name="destruction_of_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
