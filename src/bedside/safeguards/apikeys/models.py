"""The table of API keys."""

from __future__ import annotations

from django.db import models


class ApiKeyRow(models.Model):
    """One key. Only the hash of its secret is here. `name` is a code; `right` the one thing it may do, `source_id` the
    system it speaks for. `window` and `count` are of the present minute.
    """

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    name = models.CharField(max_length=40)
    right = models.CharField(max_length=40)
    source_id = models.UUIDField()
    secret_sha256 = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    window = models.DateTimeField(null=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "apikeys_key"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "name"], condition=models.Q(revoked_at=None), name="one_api_key_per_name"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
