"""Tables of campaigns. Names, rules, facts, replies and comments are sealed; the rest is ids, codes and times."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

STATES = (
    "draft", "preparing", "waiting_for_approval", "approved", "scheduled", "sending", "paused", "finished",
    "cancelled",
)  # fmt: skip
RECIPIENT_STATES = (
    "waiting", "handing_over", "delivered", "deferred", "failed", "suppressed", "held", "in_doubt", "cancelled",
)  # fmt: skip
# MKT-01: the closed list, also in the database.
CLASSES = (
    "treatment", "payment", "operations_own_service", "refill", "general_health", "marketing", "fundraising",
    "research_recruitment", "legal_notice", "account_transactional", "prospect_commercial",
)  # fmt: skip
SENSITIVITIES = [
    "substance_use", "mental_health", "reproductive", "gender_affirming", "hiv_sti", "genetic", "minor_consented",
    "domestic_violence",
]  # fmt: skip
_UNFINISHED = ("draft", "cancelled")


class CampaignRow(models.Model):
    """One campaign. `rule_sealed`, `audience_digest` and `content_hash` are frozen when it is submitted."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    name_sealed = models.BinaryField()
    message_id = models.UUIDField(null=True)
    message_revision = models.PositiveIntegerField(null=True)
    segment_id = models.UUIDField(null=True)
    message_class = models.CharField(max_length=30)
    category = models.CharField(max_length=20)
    purpose = models.CharField(max_length=20)
    remuneration = models.BooleanField(null=True)
    basis_recorded = models.BooleanField(default=False)
    authorization_purpose = models.CharField(max_length=40, blank=True)  # AUT-04; empty while not chosen
    sensitivities = ArrayField(models.CharField(max_length=30), default=list)  # what it may reveal (SEN-01)
    revealed = models.CharField(max_length=12, blank=True)  # what else it may (MKT-17); empty while not said
    reveal_sealed = models.BinaryField(null=True)  # what was found that it reveals; with the frozen audience
    reveal_level = models.CharField(max_length=8, blank=True, default="", db_default="")
    remuneration_by = models.CharField(max_length=60, blank=True)
    remuneration_at = models.DateTimeField(null=True)
    send_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=24, default="draft")
    version = models.PositiveIntegerField(default=1)
    author_id = models.CharField(max_length=60)
    editor_ids = ArrayField(models.CharField(max_length=60), default=list)
    rule_sealed = models.BinaryField(null=True)
    audience_digest = models.BinaryField(null=True, max_length=32)
    content_hash = models.BinaryField(null=True, max_length=32)
    audience_count = models.PositiveIntegerField(default=0)
    prepared_count = models.PositiveIntegerField(default=0)
    chunk_count = models.PositiveIntegerField(default=0)
    approved_hash = models.BinaryField(null=True, max_length=32)
    stop_code = models.CharField(max_length=40, blank=True)  # why the product itself paused it
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    summary = models.JSONField(null=True)  # [state, first reason, count] of all its people, once it is over

    class Meta:
        db_table = "campaigns_campaign"
        indexes = [models.Index(fields=["practice", "-created_at"], name="campaign_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="campaign_state_known"),
            models.CheckConstraint(condition=Q(message_class__in=CLASSES), name="campaign_class_known"),
            models.CheckConstraint(
                condition=Q(sensitivities__contained_by=SENSITIVITIES), name="campaign_sensitivities_known"
            ),
            models.CheckConstraint(
                condition=Q(revealed__in=("", "condition")) | Q(revealed="nothing", sensitivities=[]),
                name="campaign_revealed_known",
            ),
            models.CheckConstraint(
                condition=Q(reveal_level="", reveal_sealed__isnull=True)
                | Q(reveal_level__in=("nothing", "warning", "phi", "special"), reveal_sealed__isnull=False),
                name="campaign_reveal_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_UNFINISHED)
                | Q(remuneration__isnull=False, message_id__isnull=False, segment_id__isnull=False),
                name="campaign_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "scheduled", "sending", "finished"))
                | Q(approved_hash__isnull=False),
                name="campaign_approved",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ApprovalRow(models.Model):
    """One yes or no of one person to one exact thing. Never changed, by grant."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    campaign = models.ForeignKey(CampaignRow, on_delete=models.PROTECT)
    account_id = models.CharField(max_length=60)
    at = models.DateTimeField()
    origin = models.CharField(max_length=64, blank=True)
    bound_hash = models.BinaryField(max_length=32)
    verdict = models.CharField(max_length=10)
    # Unknown for what was decided before this was kept. `agent` is one of a closed list, as `nouns.agent_of` gives.
    second_step = models.BooleanField(null=True)
    agent = models.CharField(max_length=40, blank=True, default="", db_default="")
    comment_sealed = models.BinaryField(null=True)

    class Meta:
        db_table = "campaigns_approval"
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=("approve", "reject")), name="approval_verdict_known"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class MessageFactsRow(models.Model):
    """What the gate was told about the message, once for all people: canonical JSON, as its hash in their facts says.

    Codes, yes and no; never changed or deleted, by grant, since every verdict of the campaign rests on it.
    """

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    campaign = models.ForeignKey(CampaignRow, on_delete=models.PROTECT, db_index=False)
    mark = models.BinaryField(max_length=16)
    facts = models.BinaryField()

    class Meta:
        db_table = "campaigns_message_facts"
        constraints = [models.UniqueConstraint(fields=["campaign", "mark"], name="message_facts_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.id}"


class PartRow(models.Model):
    """Some of the people of an audience that is being frozen: what one job decides about. Gone when all are frozen."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    campaign = models.ForeignKey(CampaignRow, on_delete=models.PROTECT, db_index=False)
    number = models.PositiveIntegerField()
    people = models.BinaryField()  # their ids, 16 bytes each, in order
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)  # the first so many of them are decided about
    allowed = models.PositiveIntegerField(default=0)  # of those, to how many the message may go

    class Meta:
        db_table = "campaigns_part"
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="part_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.number}"


class RecipientRow(models.Model):
    """One person of one frozen audience, with what the gate was told and the proof of the hand-off."""

    id = models.BigAutoField(primary_key=True)
    # Checked row by row, these two would take a third of the server's part of the gate (decision 0016).
    practice = models.ForeignKey(
        "practices.Practice", on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    campaign = models.ForeignKey(CampaignRow, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    patient_id = models.UUIDField()
    chunk_no = models.IntegerField()
    state = models.CharField(max_length=12)
    attempt = models.PositiveSmallIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    codes = ArrayField(models.CharField(max_length=60), default=list)
    facts_sealed = models.BinaryField()
    last_facts_sealed = models.BinaryField(null=True)
    claim_id = models.UUIDField(null=True)
    resent = models.BooleanField(default=False)
    host = models.CharField(max_length=255, blank=True)
    peer = models.CharField(max_length=64, blank=True)
    tls_version = models.CharField(max_length=12, blank=True)
    cipher = models.CharField(max_length=60, blank=True)
    certificate_sha256 = models.BinaryField(null=True, max_length=32)
    reply_code = models.PositiveSmallIntegerField(null=True)
    enhanced = models.CharField(max_length=12, blank=True)
    reply_sealed = models.BinaryField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    content_sha256 = models.BinaryField(null=True, max_length=32)

    class Meta:
        db_table = "campaigns_recipient"
        constraints = [
            # In this order it also finds what one person was part of.
            models.UniqueConstraint(fields=["patient_id", "campaign"], name="one_row_per_person"),
            models.CheckConstraint(condition=Q(state__in=RECIPIENT_STATES), name="recipient_state_known"),
            # P1: what was delivered was encrypted, and the row says how.
            models.CheckConstraint(
                condition=~Q(state="delivered")
                | Q(tls_version__in=("TLSv1.2", "TLSv1.3"), certificate_sha256__isnull=False),
                name="delivered_is_encrypted",
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "state"], name="recipient_state"),
            models.Index(
                fields=["campaign", "chunk_no"],
                name="recipient_open",
                condition=Q(state__in=("waiting", "handing_over", "deferred", "held")),
            ),
            models.Index(fields=["claim_id"], name="recipient_claim", condition=Q(claim_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.id)
