"""Tables of forms and signed documents. Everything typed or signed is sealed under the practice's key: it is a
document that has to be kept for six years (AUT-19), also when the person is erased. Clear: ids, codes, days, hashes."""

from __future__ import annotations

from django.db import models


class PurposeRow(models.Model):
    """A purpose of the practice's own, or one that takes the place of Bedside's. `sealed`: its names."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    sealed = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "authorizations_purpose"
        constraints = [models.UniqueConstraint(fields=["practice", "code"], name="one_purpose_per_code")]

    def __str__(self) -> str:
        return self.code


class TemplateRow(models.Model):
    """One form and its draft. `draft_number` counts the savings; `published` is the newest version, 0 before any."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    sealed = models.BinaryField()
    draft_number = models.PositiveIntegerField(default=1)
    published = models.PositiveIntegerField(default=0)
    changed = models.BooleanField(default=True)  # the draft says something else than the newest version
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "authorizations_template"
        indexes = [models.Index(fields=["practice", "-updated_at"], name="template_newest")]

    def __str__(self) -> str:
        return str(self.id)


class VersionRow(models.Model):
    """What was published: never changed and never deleted, which a trigger of the database sees to.

    `grades` by language; `content_sha256` is of the content as sealed, in plain.
    """

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    template = models.ForeignKey(TemplateRow, on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()
    content_sha256 = models.BinaryField(max_length=32)
    grades = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80)

    class Meta:
        db_table = "authorizations_version"
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"


class RequestRow(models.Model):
    """Somebody asked a person to sign; its link opens until `expires_at`. `tries`: wrong days of birth so far."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    patient_id = models.UUIDField()
    version = models.ForeignKey(VersionRow, on_delete=models.PROTECT)
    in_person = models.BooleanField(default=False)  # staff says that they saw who signs
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10)
    tries = models.PositiveIntegerField(default=0)
    document_id = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "authorizations_request"
        indexes = [models.Index(fields=["practice", "patient_id"], name="request_of_patient")]

    def __str__(self) -> str:
        return str(self.id)


class DocumentRow(models.Model):
    """One signed document: never changed, and not deleted before six years are over (a trigger sees to both).

    `rendering` is the exact document, `evidence` the bundle of its signature; both sealed. What happened to it later
    (revoked, found false, ended) are acts in the record of permissions.
    """

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    patient_id = models.UUIDField()
    version = models.ForeignKey(
        VersionRow, on_delete=models.PROTECT, null=True
    )  # null: a paper of another form
    request_id = models.UUIDField(null=True, unique=True)
    kind = models.CharField(max_length=20)
    signature = models.CharField(max_length=10)
    language = models.CharField(max_length=2)
    signed_on = models.DateField()
    expires_on = models.DateField(null=True)
    expires_event = models.CharField(max_length=20, blank=True)
    never_expires = models.BooleanField(default=False)
    signer = models.CharField(max_length=20)
    authority_given = models.BooleanField(default=True)
    combined = models.BooleanField(default=False)
    missing = models.JSONField(default=list)  # codes of the elements that a paper lacks
    rendering = models.BinaryField()
    rendering_sha256 = models.BinaryField(max_length=32)
    evidence = models.BinaryField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    class Meta:
        db_table = "authorizations_document"
        indexes = [
            models.Index(fields=["practice", "patient_id"], name="document_of_patient"),
            models.Index(fields=["practice", "expires_on"], name="document_ending"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ScanRow(models.Model):
    """The scanned paper of a document, sealed; kept and deleted with it."""

    document = models.OneToOneField(DocumentRow, on_delete=models.PROTECT, primary_key=True)
    practice_id = models.UUIDField()
    media_type = models.CharField(max_length=20)
    size_bytes = models.PositiveIntegerField()
    sealed = models.BinaryField()
    sha256 = models.BinaryField(max_length=32)

    class Meta:
        db_table = "authorizations_scan"

    def __str__(self) -> str:
        return str(self.document_id)


class ReminderRow(models.Model):
    """That somebody was asked, so many days ahead, whether they want to sign again; asked once for each."""

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    document = models.ForeignKey(DocumentRow, on_delete=models.PROTECT)
    days_ahead = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "authorizations_reminder"
        constraints = [
            models.UniqueConstraint(fields=["document", "days_ahead"], name="one_reminder_per_stage")
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.days_ahead}"


class RoundRow(models.Model):
    """Asking many people to sign one version by mail, in batches. `people`: their ids, 16 bytes each, in order.

    `people` is emptied when the round ends: it must not outlive whoever is erased. `left_alone` counts by code.
    """

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    version = models.ForeignKey(VersionRow, on_delete=models.PROTECT)
    state = models.CharField(max_length=10)
    people = models.BinaryField()
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    asked = models.PositiveIntegerField(default=0)
    left_alone = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "authorizations_round"
        indexes = [models.Index(fields=["practice", "-started_at"], name="round_newest")]

    def __str__(self) -> str:
        return str(self.id)
