"""Messages and their revisions. Everything somebody typed is sealed; what is clear is ids, numbers, times, codes."""

from __future__ import annotations

from django.db import models

from bedside.decisions.composer.rules.outcomes import Outcome
from bedside.decisions.gate.rules.classes import MessageClass

_OUTCOMES = [outcome.value for outcome in Outcome]
_CLASSES = [message_class.value for message_class in MessageClass]


class MessageRow(models.Model):
    """One message; `revision` is the number of its newest revision."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    revision = models.PositiveIntegerField()
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "composer_message"
        indexes = [models.Index(fields=["practice", "-updated_at"], name="message_newest")]

    def __str__(self) -> str:
        return str(self.id)


class RevisionRow(models.Model):
    """One state of a message, never changed (the runtime role may not).

    `sealed_heading` holds name, subject and preheader, for lists; `sealed_body` the document or the MJML.
    `brand_number`: which state of the brand kit it is drawn with, null for none; so a change of the kit changes no
    message that somebody approved.
    """

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    message = models.ForeignKey(MessageRow, on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    message_class = models.CharField(max_length=40, null=True)  # noqa: DJ001  null: not chosen yet
    sealed_heading = models.BinaryField()
    sealed_body = models.BinaryField()
    content_hash = models.BinaryField(max_length=32)
    brand_number = models.PositiveIntegerField(null=True)
    author_kind = models.CharField(max_length=10)
    author_id = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "composer_revision"
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="one_revision_per_number"),
            models.CheckConstraint(
                condition=models.Q(message_class__isnull=True) | models.Q(message_class__in=_CLASSES),
                name="message_class_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} r{self.number}"


class BrandRow(models.Model):
    """One state of a practice's brand kit, never changed; the one with the highest number is in force."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()
    author_kind = models.CharField(max_length=10)
    author_id = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "composer_brand"
        constraints = [
            models.UniqueConstraint(fields=["practice", "number"], name="one_brand_per_number"),
        ]

    def __str__(self) -> str:
        return f"brand r{self.number}"


class LinkCheckRow(models.Model):
    """Whether a link or picture of a message answered when asked last. `mark`: a keyed index of its address."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    message = models.ForeignKey(MessageRow, on_delete=models.PROTECT)
    mark = models.BinaryField(max_length=32)
    outcome = models.CharField(max_length=20)
    status = models.PositiveSmallIntegerField()
    size_bytes = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "composer_link_check"
        constraints = [
            models.UniqueConstraint(fields=["message", "mark"], name="one_check_per_target"),
            models.CheckConstraint(condition=models.Q(outcome__in=_OUTCOMES), name="link_outcome_known"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.outcome}"
