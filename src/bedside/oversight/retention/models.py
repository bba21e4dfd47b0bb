"""Tables of holds and erasures. Nothing here names a person but by number; what somebody wrote is sealed."""

from __future__ import annotations

from django.db import models

from bedside.oversight.retention.rules import ErasureReason, HoldCode


class HoldRow(models.Model):
    """Erasing this person is forbidden while `lifted_at` is empty. `reason_sealed` is under the person's own key."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    patient_id = models.UUIDField()
    code = models.CharField(max_length=20)
    reason_sealed = models.BinaryField()
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=60)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=60, blank=True)

    class Meta:
        db_table = "retention_hold"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__in=[code.value for code in HoldCode]), name="hold_code_known"
            )
        ]
        indexes = [models.Index(fields=["practice", "patient_id"], name="hold_of_person")]

    def __str__(self) -> str:
        return str(self.id)


class ErasureRow(models.Model):
    """One person erased. Never changed, by grant. `certificate` is the signed statement, byte for byte."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    patient_id = models.UUIDField()
    reason = models.CharField(max_length=30)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=60)
    at = models.DateTimeField()
    destroyed = models.JSONField()  # count by code of `rules.Thing`
    kept = models.JSONField()  # count by code of `rules.Kept`
    certificate = models.BinaryField()

    class Meta:
        db_table = "retention_erasure"
        constraints = [
            models.UniqueConstraint(fields=["practice", "patient_id"], name="erased_once"),
            models.CheckConstraint(
                condition=models.Q(reason__in=[reason.value for reason in ErasureReason]),
                name="erasure_reason_known",
            ),
        ]
        indexes = [models.Index(fields=["practice", "-at"], name="erasure_newest")]

    def __str__(self) -> str:
        return str(self.id)
