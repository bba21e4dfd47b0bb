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
    practice = models.ForeignKey(
        "practices.Practice", on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
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
    """One reason why an address is kept from something. Never the address: its blind index survives erasure.

    `of` says what `address_index` is made of (`rules.SuppressionKind`): one address, a whole domain, or the SHA-256
    of an address that somebody else's list named without telling it. `note` is what staff wrote when they lifted it,
    sealed under the practice's key.
    """

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    of = models.CharField(max_length=8, default="address", db_default="address")
    address_index = models.BinaryField(max_length=32)
    scope = models.CharField(max_length=20)
    reason = models.CharField(max_length=20)
    source = models.CharField(
        max_length=60, blank=True, default="", db_default=""
    )  # empty: from before it was kept
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_because = models.CharField(max_length=30, blank=True)
    lifted_source = models.CharField(max_length=60, blank=True, default="", db_default="")
    note = models.BinaryField(null=True)

    class Meta:
        db_table = "consent_suppression"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "address_index", "scope", "reason"],
                condition=models.Q(lifted_at=None),
                name="one_suppression_in_force",
            )
        ]
        indexes = [
            models.Index(fields=["practice", "-at"], name="suppression_newest"),
            models.Index(
                fields=["practice", "of"], name="suppression_kinds", condition=models.Q(lifted_at=None)
            ),
            models.Index(
                fields=["practice", "source"],
                name="suppression_of_list",
                condition=models.Q(source__startswith="import:"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SuppressionList(models.Model):
    """One list of addresses or hashes on its way in: counts and codes. What it names lies in `SuppressionLines`.

    `done` is how many of its entries are safely stored; `covers` is what an entry without a word of its own is kept
    from.
    """

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    state = models.CharField(max_length=10)
    covers = models.CharField(max_length=20)
    origin = models.CharField(max_length=20)  # `rules.ListOrigin`
    entries = models.PositiveIntegerField()
    addresses = models.PositiveIntegerField()
    hashes = models.PositiveIntegerField()
    domains = models.PositiveIntegerField()
    repeated = models.PositiveIntegerField()
    contradicting = models.PositiveIntegerField()
    bad = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)  # stood already
    on_record = models.PositiveIntegerField(default=0)  # patients who have one of its addresses
    lifted = models.PositiveIntegerField(default=0)
    created_by = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "consent_suppression_list"
        indexes = [models.Index(fields=["practice", "-created_at"], name="suppression_list_newest")]

    def __str__(self) -> str:
        return str(self.id)


class SuppressionLines(models.Model):
    """What of a list still has to be read (`kind` file), or could not be (`kind` bad), sealed; in no backup."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    list_id = models.UUIDField()
    kind = models.CharField(max_length=4)
    sealed = models.BinaryField()

    class Meta:
        db_table = "consent_suppression_lines"
        constraints = [
            models.UniqueConstraint(fields=["practice", "list_id", "kind"], name="one_text_of_a_kind")
        ]

    def __str__(self) -> str:
        return str(self.id)


class LetterRow(models.Model):
    """One service mail that is or was owed to one person.

    What it needs to go out (an address that is not the patient's present one, a page's link) lies in `own_sealed`
    under the person's key, or in `sealed` under the practice's where the letter is for nobody on record. Both are
    emptied when the letter is done with. The columns from `host` say how it was handed over.
    """

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=30)
    patient_id = models.UUIDField(null=True)
    about = models.UUIDField(null=True)
    language = models.CharField(max_length=8)
    sealed = models.BinaryField(null=True)
    own_sealed = models.BinaryField(null=True)
    owed_at = models.DateTimeField()
    due_at = models.DateTimeField()  # not before, and after a failure the next try
    state = models.CharField(max_length=12)
    codes = models.JSONField(default=list)
    attempt = models.PositiveSmallIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True)
    claim_id = models.UUIDField(null=True)
    place = models.PositiveSmallIntegerField(null=True)
    machine = models.UUIDField(null=True)
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    wording = models.CharField(max_length=80, blank=True)  # version and hash of its text (CON-03)
    host = models.CharField(max_length=253, blank=True)
    tls_version = models.CharField(max_length=12, blank=True)
    cipher = models.CharField(max_length=60, blank=True)
    certificate_sha256 = models.CharField(max_length=64, blank=True)
    reply_code = models.PositiveSmallIntegerField(null=True)
    enhanced = models.CharField(max_length=12, blank=True)
    content_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "consent_letter"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind", "about", "patient_id"],
                condition=models.Q(state__in=["owed", "in_hand"]),
                nulls_distinct=False,
                name="one_letter_under_way",
            )
        ]
        indexes = [
            models.Index(fields=["practice", "due_at"], name="letter_due", condition=models.Q(state="owed")),
            models.Index(
                fields=["practice", "claim_id"], name="letter_hand", condition=models.Q(state="in_hand")
            ),
            models.Index(fields=["practice", "patient_id", "-owed_at"], name="letter_of_patient"),
            models.Index(fields=["practice", "-owed_at"], name="letter_newest"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ConfirmationRow(models.Model):
    """One link by which a person shows that a mailbox is theirs; `mark` is `links.address_mark` of it, as hex."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    patient_id = models.UUIDField()
    mark = models.CharField(max_length=16)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "consent_confirmation"
        indexes = [models.Index(fields=["practice", "patient_id"], name="confirmation_of_patient")]

    def __str__(self) -> str:
        return str(self.id)


class AccessRequestRow(models.Model):
    """One person's request for what we hold about them; `mark` is that of the address which is asked to confirm.

    No clock runs and staff see nothing until `confirmed_at`. Days are the practice's.
    """

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    patient_id = models.UUIDField()
    mark = models.CharField(max_length=16)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    extended_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "consent_request"
        indexes = [
            models.Index(fields=["practice", "patient_id"], name="access_request_of_patient"),
            models.Index(
                fields=["practice", "due_on"], name="access_request_due", condition=models.Q(answered_at=None)
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
