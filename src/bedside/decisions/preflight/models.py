"""Tables of the pre-flight: what people say, and what was answered. Never changed, by grant; words are sealed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

REGISTERS = ("access", "procedure", "training", "agreements", "domain")
KINDS = ("confirmed", "waived")
STAGES = ("asked", "approved", "scheduled", "started", "resumed")


class StatementRow(models.Model):
    """What somebody stated for the whole practice; the newest of each register counts. `until` None takes it back."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    register = models.CharField(max_length=20)
    account_id = models.CharField(max_length=60)
    origin = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    until = models.DateField(null=True)
    words_sealed = models.BinaryField()

    class Meta:
        db_table = "preflight_statement"
        indexes = [models.Index(fields=["practice", "register", "-at"], name="statement_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(register__in=REGISTERS), name="statement_register_known")
        ]

    def __str__(self) -> str:
        return str(self.id)


class WordRow(models.Model):
    """What somebody said of one question about one campaign. `mark` is what exactly it was said about."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    campaign_id = models.UUIDField()
    question = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10)
    account_id = models.CharField(max_length=60)
    origin = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    mark = models.BinaryField(max_length=32)
    words_sealed = models.BinaryField()

    class Meta:
        db_table = "preflight_word"
        indexes = [models.Index(fields=["practice", "campaign_id", "at"], name="word_of_campaign")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="word_kind_known"),
            models.CheckConstraint(
                condition=Q(question__gte=1, question__lte=17), name="word_question_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SheetRow(models.Model):
    """All seventeen answers as they were at one moment, kept with the send (MKT-25): codes, numbers, hashes, ids."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    campaign_id = models.UUIDField()
    stage = models.CharField(max_length=10)
    at = models.DateTimeField()
    bound = models.CharField(max_length=64)
    answers = models.JSONField()

    class Meta:
        db_table = "preflight_sheet"
        indexes = [models.Index(fields=["practice", "campaign_id", "id"], name="sheet_of_campaign")]
        constraints = [models.CheckConstraint(condition=Q(stage__in=STAGES), name="sheet_stage_known")]

    def __str__(self) -> str:
        return str(self.id)
