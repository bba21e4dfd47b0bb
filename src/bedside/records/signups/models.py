"""Tables of sign-up forms. What staff write and what people type is sealed under the practice's key: who has only
begun to sign up is nobody on record yet, and has no key of their own."""

from __future__ import annotations

from django.db import models


class FormRow(models.Model):
    """One form and its draft. `published` is the number of the newest version, 0 before any."""

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
        db_table = "signups_form"
        indexes = [models.Index(fields=["practice", "-updated_at"], name="signup_form_newest")]

    def __str__(self) -> str:
        return str(self.id)


class FormVersionRow(models.Model):
    """What was published: never changed and never deleted (a trigger sees to both), so that the words behind each yes
    can be shown again. `wordings`: SHA-256 as hex of the words by language; `content_sha256` is of the content.
    """

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    form = models.ForeignKey(FormRow, on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()
    content_sha256 = models.BinaryField(max_length=32)
    wordings = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80)

    class Meta:
        db_table = "signups_version"
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="one_signup_version_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.form_id} v{self.number}"


class PendingRow(models.Model):
    """Somebody began to sign up. `sealed` holds all they gave, and is emptied when it is confirmed or too old."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    form = models.ForeignKey(FormRow, on_delete=models.PROTECT)
    version = models.ForeignKey(FormVersionRow, on_delete=models.PROTECT)
    sealed = models.BinaryField(null=True)
    token_sha256 = models.BinaryField(max_length=32)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "signups_pending"
        indexes = [
            models.Index(fields=["practice", "form", "state"], name="signup_by_state"),
            models.Index(
                fields=["practice", "expires_at"], name="signup_ending", condition=models.Q(state="pending")
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class StampRow(models.Model):
    """A form's stamp that was used, so that no second answer comes in by it; both values are keyed hashes."""

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    stamp_index = models.BinaryField(max_length=32)
    answer_index = models.BinaryField(max_length=32)
    used_at = models.DateTimeField()

    class Meta:
        db_table = "signups_stamp"
        constraints = [
            models.UniqueConstraint(fields=["practice_id", "stamp_index"], name="one_use_per_stamp")
        ]

    def __str__(self) -> str:
        return str(self.id)


class RateRow(models.Model):
    """How often a network, an address or a key came in one window of time; `bucket` is a keyed hash."""

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    bucket = models.BinaryField(max_length=32)
    window = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        db_table = "signups_rate"
        constraints = [
            models.UniqueConstraint(fields=["practice_id", "bucket", "window"], name="one_count_per_window")
        ]

    def __str__(self) -> str:
        return str(self.id)


class IntakeKeyRow(models.Model):
    """A key with which another system may send people. Only the hash of its secret is here; `name` is a code."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    name = models.CharField(max_length=40)
    secret_sha256 = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "signups_key"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "name"],
                condition=models.Q(revoked_at=None),
                name="one_intake_key_per_name",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class IntakeRequestRow(models.Model):
    """One answered request of the intake, so that a repeated one gets the same answer and does nothing."""

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    key = models.ForeignKey(IntakeKeyRow, on_delete=models.PROTECT)
    repeat_index = models.BinaryField(max_length=32)
    body_index = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        db_table = "signups_request"
        constraints = [models.UniqueConstraint(fields=["key", "repeat_index"], name="one_answer_per_request")]
        indexes = [models.Index(fields=["practice_id", "at"], name="intake_request_age")]

    def __str__(self) -> str:
        return str(self.id)
