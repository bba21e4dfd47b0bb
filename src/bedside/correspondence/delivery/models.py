"""Tables of delivery: signing keys (sealed), claims, and tests sent to staff."""

from __future__ import annotations

from django.db import models


class DkimKeyRow(models.Model):
    """One signing key of a practice's sending domain. `sealed` is the private key (PKCS 8, DER)."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    domain = models.CharField(max_length=253)
    selector = models.CharField(max_length=63)
    sealed = models.BinaryField()
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_dkimkey"
        constraints = [
            models.UniqueConstraint(fields=["practice", "domain", "selector"], name="one_key_per_selector"),
            models.UniqueConstraint(
                fields=["practice", "domain"], name="one_key_in_use", condition=models.Q(retired_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"


class ClaimRow(models.Model):
    """One taking of a chunk by one process. `machine` is where its journal lies."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    campaign_id = models.UUIDField()
    chunk_no = models.IntegerField()
    message_class = models.CharField(max_length=30)
    machine = models.UUIDField()
    claimed_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_claim"
        indexes = [
            models.Index(
                fields=["practice", "beat_at"], name="claim_open", condition=models.Q(ended_at=None)
            ),
            models.Index(fields=["practice", "campaign_id"], name="claim_campaign"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class TrialRow(models.Model):
    """A campaign's mail, sent to whoever of the staff asked for it. `code` says why it failed."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    campaign_id = models.UUIDField()
    content_hash = models.BinaryField(max_length=32)
    account_id = models.UUIDField()
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default="waiting")
    code = models.CharField(max_length=40, blank=True)
    host = models.CharField(max_length=255, blank=True)
    tls_version = models.CharField(max_length=12, blank=True)
    certificate_sha256 = models.BinaryField(null=True, max_length=32)

    class Meta:
        db_table = "delivery_trial"
        indexes = [models.Index(fields=["practice", "campaign_id", "-asked_at"], name="test_of_campaign")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=("waiting", "delivered", "failed")), name="test_state_known"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
