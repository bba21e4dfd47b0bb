"""The ledger's table: rows are added and read, never changed (by grant), and point at nothing (no foreign keys)."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One act, on one or on many. `count` 1: `body` is its canonical JSON, the bytes that are hashed into the tree.

    More: `body` is the bodies of that many, one per person, packed (`bodies.py`); `subject` is what the act as a
    whole is about.
    """

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=60)
    purpose = models.CharField(max_length=20)
    subject = models.CharField(max_length=60)  # id of what it is about, often a campaign or a patient
    count = models.PositiveIntegerField(db_default=1)
    body = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["practice_id", "-id"], name="entry_newest"),
            models.Index(fields=["practice_id", "kind", "-id"], name="entry_kind"),
            models.Index(fields=["practice_id", "subject", "-id"], name="entry_subject"),
            models.Index(fields=["practice_id", "actor_id", "-id"], name="entry_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind}"
