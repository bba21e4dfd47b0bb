"""The record of permissions (added to, never changed, by grant) and the suppressed addresses (index only)."""

from __future__ import annotations

from django.db import models


class ConsentEvent(models.Model):
    """One act. The present state is folded from these in order of `id` (`rules.fold`).

    `evidence` (wording shown, network address, browser, note) is sealed under the person's key. That of
    authorizations and restrictions (`rules.DOCUMENTED`) is sealed under the practice's: it is a document that has to
    be kept for six years (AUT-19), also when the record is erased.
    """

    id = models.BigAutoField(primary_key=True)
    # No index on the practice alone: the planner would read all of its rows to find a few people's.
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    patient_id = models.UUIDField()
    kind = models.CharField(max_length=30)
    channel = models.CharField(max_length=10, default="email")
    category = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    source = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=60)
    verified = models.BooleanField()
    signed_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    expires_event = models.CharField(max_length=20, blank=True)
    remuneration_stated = models.BooleanField(default=False)
    sender_covered = models.BooleanField(default=False)
    terms = models.JSONField(default=dict, db_default={})  # `rules.Terms`: codes, days and numbers
    evidence = models.BinaryField(null=True)

    class Meta:
        db_table = "consent_event"
        indexes = [models.Index(fields=["practice", "patient_id", "id"], name="consent_of_patient")]

    def __str__(self) -> str:
        return f"{self.id} {self.kind}"


class AddressSuppression(models.Model):
    """One reason why an address is kept from something. Never the address: its blind index survives erasure."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    address_index = models.BinaryField(max_length=32)
    scope = models.CharField(max_length=20)
    reason = models.CharField(max_length=20)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_because = models.CharField(max_length=30, blank=True)

    class Meta:
        db_table = "consent_suppression"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "address_index", "scope", "reason"],
                condition=models.Q(lifted_at=None),
                name="one_suppression_in_force",
            )
        ]
        indexes = [models.Index(fields=["practice", "-at"], name="suppression_newest")]

    def __str__(self) -> str:
        return str(self.id)
