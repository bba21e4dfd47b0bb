"""The ledger's table: rows are added and read, never changed (by grant), and point at nothing (no foreign keys)."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One act, on one or on many. `count` 1: `body` is its canonical JSON, the bytes that are hashed into the tree.

    More: `body` is the bodies of that many, one per person, packed (`bodies.py`); `subject` is what the act as a
    whole is about.
    """

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=60)
    purpose = models.CharField(max_length=20)
    subject = models.CharField(max_length=60)  # id of what it is about, often a campaign or a patient
    count = models.PositiveIntegerField(db_default=1)
    body = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["practice_id", "-id"], name="entry_newest"),
            models.Index(fields=["practice_id", "kind", "-id"], name="entry_kind"),
            models.Index(fields=["practice_id", "subject", "-id"], name="entry_subject"),
            models.Index(fields=["practice_id", "actor_id", "-id"], name="entry_actor"),
            # For readers: what was done in a week, and what by nobody of the staff.
            models.Index(fields=["practice_id", "at"], include=["kind"], name="entry_time"),
            models.Index(
                fields=["practice_id", "actor_kind", "actor_id", "-id"],
                condition=~models.Q(actor_kind="staff"),
                name="entry_not_staff",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind}"


class SigningKey(models.Model):
    """A key that signs checkpoints, from the tree of `from_size` leaves onwards until the next version.

    The private half is sealed by the practice's key and blotted out once retired; the public half is in clear and
    vouched for by a sealed copy, so that nobody with the tables alone can put another key in its place.
    """

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    version = models.PositiveIntegerField()
    public = models.BinaryField(max_length=32)
    sealed_public = models.BinaryField()
    sealed_private = models.BinaryField(null=True)
    from_size = models.BigIntegerField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice_id", "version"], name="signing_key_version")]

    def __str__(self) -> str:
        return f"{self.practice_id} v{self.version}"


class Checkpoint(models.Model):
    """A signed root, and which rows became leaves `start` to `size` in which order (`order.py` reads `entries`).

    `settled_id`: every row of the practice up to this id is in this checkpoint or an earlier one. `seen_*`: the
    observation from which that will move on. Both only save looking, and only under the `mark` that a key outside
    of the database makes (`marking.py`); verification does not trust them.
    """

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    start = models.BigIntegerField()
    size = models.BigIntegerField()
    at = models.DateTimeField()
    root = models.BinaryField(max_length=32)
    key_version = models.PositiveIntegerField()
    note = models.TextField()
    entries = models.BinaryField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    settled_id = models.BigIntegerField()
    seen_id = models.BigIntegerField()
    seen_xid = models.BigIntegerField()
    seen_at = models.DateTimeField()
    mark = models.BinaryField(max_length=32, db_default=b"")  # empty before there were any

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice_id", "size"], name="one_checkpoint_per_size")
        ]
        indexes = [models.Index(fields=["practice_id", "last_id"], name="checkpoint_last_id")]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.size}"


class Tile(models.Model):
    """256 hashes of the tree that will never change again, and the root over them."""

    pk = models.CompositePrimaryKey("practice_id", "level", "number")
    practice_id = models.UUIDField()
    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField(max_length=8192)
    root = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.practice_id} {self.level}/{self.number}"


class Mention(models.Model):
    """That a row on many is also about this person (the random half of the id, as a signed number).

    Made from the rows by the sealer and again whenever it is missing. A table and no index over arrays: row-level
    security keeps PostgreSQL from using one, since its operators might tell what they compare.
    """

    pk = models.CompositePrimaryKey("practice_id", "subject", "entry_id")
    practice_id = models.UUIDField()
    subject = models.BigIntegerField()
    entry_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.entry_id}"


class Verification(models.Model):
    """What one look at the whole ledger, or at what was new in it, found. `finding` is a code of `verifying`."""

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    at = models.DateTimeField()
    from_size = models.BigIntegerField()
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    sound = models.BooleanField()
    finding = models.CharField(max_length=40)
    first_bad_index = models.BigIntegerField(null=True)
    entry_id = models.BigIntegerField(null=True)
    mark = models.BinaryField(
        max_length=32, default=b""
    )  # the vault's, over all of the above (`findings.py`)

    class Meta:
        indexes = [models.Index(fields=["practice_id", "-id"], name="verification_newest")]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.finding}"


class Anchoring(models.Model):
    """One try to lay the newest checkpoint down where nobody of this installation can change it."""

    id = models.BigAutoField(primary_key=True)
    practice_id = models.UUIDField()
    place = models.CharField(max_length=300)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=40)  # "kept", or the code of what went wrong
    mark = models.BinaryField(max_length=32, default=b"")  # the vault's, on what was kept

    class Meta:
        indexes = [models.Index(fields=["practice_id", "place", "-id"], name="anchoring_newest")]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.place} {self.outcome}"
